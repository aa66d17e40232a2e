"""Why an act of a family is refused."""


class FamilyActError(Exception):
    """The act is not possible; ``code`` says why. Nothing was written."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

"""A certificate authority with ACME on the machine, in place of Let's Encrypt."""

from scheduling.tests.support.machines.debian import Debian

DIRECTORY = "https://authority.example.org:8443/acme/local/directory"
CONFIGURATION = """{
	admin off
	skip_install_trust
	storage file_system /opt/authority/data
	https_port 8443
	auto_https disable_redirects
}
authority.example.org {
	tls internal
	acme_server
}
"""


def start(machine: Debian) -> None:
    """Start the authority: a Caddy out of its package, which is not installed by that.

    The machine trusts it, and certbot asks it.
    """
    (machine.folder / "opt/authority").mkdir()
    (machine.folder / "opt/authority/Caddyfile").write_text(CONFIGURATION)
    machine.run(
        """
        cd /opt/authority
        apt-get download -q caddy
        dpkg -x caddy_*.deb .
        systemd-run -q --unit=authority $PWD/usr/bin/caddy run --config $PWD/Caddyfile
        mkdir -p /root/.config/letsencrypt
        """
    )
    certbot = machine.folder / "root/.config/letsencrypt/cli.ini"
    certbot.write_text(f"server = {DIRECTORY}\n")
    machine.wait("cat /opt/authority/data/pki/authorities/local/root.crt")
    machine.run(
        "cp /opt/authority/data/pki/authorities/local/root.crt"
        " /usr/local/share/ca-certificates/authority.crt && update-ca-certificates"
    )
    machine.wait(f"curl -sS {DIRECTORY}")

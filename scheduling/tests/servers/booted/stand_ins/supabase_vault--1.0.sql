-- The vault's two names that the recipe uses, without encryption.
CREATE SCHEMA vault;
CREATE TABLE vault.decrypted_secrets (name text PRIMARY KEY, decrypted_secret text NOT NULL);
CREATE FUNCTION vault.create_secret(secret text, name text) RETURNS void
LANGUAGE sql AS $$ INSERT INTO vault.decrypted_secrets VALUES (name, secret) $$;

-- A second factor that its user begins himself: it counts once a code of it has come.  Sealed like the one that counts.
ALTER TABLE users ADD COLUMN totp_wanted BLOB;
ALTER TABLE users ADD COLUMN totp_wanted_ms INTEGER;

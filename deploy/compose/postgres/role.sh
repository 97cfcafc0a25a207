#!/bin/bash
# Run once by the image, in an empty database: the role and the database of the gateways. Not the image's
# own user: that one is a superuser, whom row-level security does not hold for, and gerbang refuses it.
set -euo pipefail
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
  --set=password="$(cat "${GERBANG_PASSWORD_FILE:-/run/secrets/database.password}")" <<'SQL'
SET log_statement = 'none';
SET password_encryption = 'scram-sha-256';
CREATE ROLE gerbang LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE gerbang OWNER gerbang ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE gerbang FROM PUBLIC;
SQL

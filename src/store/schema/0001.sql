-- Schema 1. Times are milliseconds since 1970 in UTC. Keys (…_key) are folded texts for comparing and sorting.

CREATE TABLE account (
  id                   INTEGER PRIMARY KEY CHECK (id = 1),
  name                 TEXT NOT NULL DEFAULT '',
  security_email       TEXT,
  security_email_key   TEXT,
  security_status      TEXT NOT NULL DEFAULT 'unverified'
                       CHECK (security_status IN ('unverified', 'code_sent', 'expired', 'verified', 'undeliverable')),
  security_verified_at INTEGER,
  security_words       TEXT,
  language             TEXT NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'zh-CN')),
  introduced           INTEGER NOT NULL DEFAULT 0 CHECK (introduced IN (0, 1)),
  key_id               TEXT,
  sent_by_smtp         INTEGER NOT NULL DEFAULT 0 CHECK (sent_by_smtp IN (0, 1)),
  CHECK ((security_email IS NULL) = (security_email_key IS NULL))
) STRICT;
INSERT INTO account (id) VALUES (1);

CREATE TABLE contact (
  id                  INTEGER PRIMARY KEY AUTOINCREMENT,
  name                TEXT NOT NULL CHECK (name <> ''),
  name_key            TEXT NOT NULL,
  email               TEXT NOT NULL CHECK (email LIKE '_%@_%'),
  email_key           TEXT NOT NULL UNIQUE,
  position            TEXT NOT NULL DEFAULT '',
  language            TEXT NOT NULL CHECK (language IN ('en', 'zh-CN')),
  status              TEXT NOT NULL DEFAULT 'unverified'
                      CHECK (status IN ('unverified', 'code_sent', 'expired', 'verified', 'undeliverable')),
  verified_at         INTEGER,
  unsubscribed_at     INTEGER,
  undeliverable_words TEXT,
  pending_email       TEXT,
  pending_email_key   TEXT,
  pending_words       TEXT,
  version             INTEGER NOT NULL DEFAULT 1,
  created_at          INTEGER NOT NULL,
  CHECK ((pending_email IS NULL) = (pending_email_key IS NULL)),
  CHECK (status <> 'verified' OR verified_at IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX contact_pending ON contact (pending_email_key) WHERE pending_email_key IS NOT NULL;
CREATE INDEX contact_by_name ON contact (name_key, id);
CREATE INDEX contact_by_position ON contact (position, id);
CREATE INDEX contact_by_status ON contact (status, id);

-- An address belongs to one contact, whether in force or pending.
CREATE TRIGGER contact_email_insert BEFORE INSERT ON contact
WHEN EXISTS (SELECT 1 FROM contact WHERE pending_email_key = NEW.email_key)
BEGIN SELECT RAISE(ABORT, 'the address is pending for another contact'); END;
CREATE TRIGGER contact_email_update BEFORE UPDATE OF email_key ON contact
WHEN EXISTS (SELECT 1 FROM contact WHERE pending_email_key = NEW.email_key AND id <> NEW.id)
BEGIN SELECT RAISE(ABORT, 'the address is pending for another contact'); END;
CREATE TRIGGER contact_pending_update BEFORE UPDATE OF pending_email_key ON contact
WHEN NEW.pending_email_key IS NOT NULL AND EXISTS (SELECT 1 FROM contact WHERE email_key = NEW.pending_email_key)
BEGIN SELECT RAISE(ABORT, 'the address is in force for a contact'); END;

CREATE TABLE subscription (
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  type       TEXT NOT NULL CHECK (type <> ''),
  PRIMARY KEY (contact_id, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_by_type ON subscription (type, contact_id);

-- One row for each verification mail. Its secrets are derived from the key file, id and nonce; none is here.
-- contact_id is NULL for the security email.
CREATE TABLE verification (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id  INTEGER REFERENCES contact (id) ON DELETE CASCADE,
  email       TEXT NOT NULL,
  email_key   TEXT NOT NULL,
  nonce       BLOB NOT NULL CHECK (length(nonce) = 16),
  key_id      TEXT NOT NULL,
  queued_at   INTEGER NOT NULL,
  sent_at     INTEGER,
  expires_at  INTEGER NOT NULL,
  wrong_codes INTEGER NOT NULL DEFAULT 0,
  state       TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'void')),
  void_reason TEXT,
  ended_at    INTEGER,
  CHECK ((state = 'void') = (void_reason IS NOT NULL)),
  CHECK ((state = 'open') = (ended_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX verification_open ON verification (coalesce(contact_id, 0)) WHERE state = 'open';
CREATE INDEX verification_of ON verification (coalesce(contact_id, 0), id);
CREATE INDEX verification_of_contact ON verification (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX verification_end ON verification (expires_at) WHERE state = 'open';

-- What the limits count: keyed hashes, so that neither deleting a contact resets them nor the table tells an address.
CREATE TABLE verification_mail (
  id           INTEGER PRIMARY KEY,
  address_hash BLOB NOT NULL CHECK (length(address_hash) = 32),
  queued_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX verification_mail_to ON verification_mail (address_hash, queued_at);
CREATE INDEX verification_mail_at ON verification_mail (queued_at);

CREATE TABLE notice (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  type            TEXT NOT NULL,
  subject         TEXT NOT NULL,
  body_text       TEXT NOT NULL,
  body_html       TEXT,
  idempotency_key TEXT UNIQUE,
  created_at      INTEGER NOT NULL,
  cancelled       INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1)),
  ended_at        INTEGER
) STRICT;

CREATE TABLE delivery (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  kind            TEXT NOT NULL CHECK (kind IN ('verification', 'change', 'notice', 'test')),
  contact_id      INTEGER REFERENCES contact (id) ON DELETE SET NULL,
  notice_id       INTEGER REFERENCES notice (id) ON DELETE CASCADE,
  verification_id INTEGER REFERENCES verification (id) ON DELETE SET NULL,
  address         TEXT NOT NULL,
  address_key     TEXT NOT NULL,
  name            TEXT NOT NULL DEFAULT '',
  language        TEXT NOT NULL CHECK (language IN ('en', 'zh-CN')),
  type            TEXT,
  subject         TEXT NOT NULL,
  detail          TEXT,
  fallback        TEXT,
  state           TEXT NOT NULL DEFAULT 'queued' CHECK (state IN
                  ('queued', 'sending', 'retry', 'sent', 'written', 'failed', 'expired', 'cancelled')),
  priority        INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
  created_at      INTEGER NOT NULL,
  due_at          INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  ended_at        INTEGER,
  attempts        INTEGER NOT NULL DEFAULT 0,
  breaks          INTEGER NOT NULL DEFAULT 0,
  lease           BLOB,
  lease_until     INTEGER,
  phase           TEXT,
  message_id      TEXT NOT NULL UNIQUE,
  server          TEXT,
  maybe_sent      INTEGER NOT NULL DEFAULT 0 CHECK (maybe_sent IN (0, 1)),
  CHECK ((state = 'sending') = (lease IS NOT NULL)),
  CHECK ((state IN ('queued', 'sending', 'retry')) = (ended_at IS NULL))
) STRICT;
CREATE INDEX delivery_due ON delivery (priority, due_at, id) WHERE state IN ('queued', 'retry');
CREATE INDEX delivery_by_state ON delivery (state, id);
CREATE INDEX delivery_of_contact ON delivery (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX delivery_of_verification ON delivery (verification_id) WHERE verification_id IS NOT NULL;
CREATE UNIQUE INDEX delivery_of_notice ON delivery (notice_id, address_key) WHERE notice_id IS NOT NULL;
CREATE INDEX delivery_ended ON delivery (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE attempt (
  id          INTEGER PRIMARY KEY,
  delivery_id INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
  started_at  INTEGER NOT NULL,
  ended_at    INTEGER,
  phase       TEXT NOT NULL,
  words       TEXT
) STRICT;
CREATE INDEX attempt_of ON attempt (delivery_id, id);

-- Totals, kept in the same transaction as what they count.
CREATE TABLE counter (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO counter (name) VALUES
  ('contact.unverified'), ('contact.code_sent'), ('contact.expired'), ('contact.verified'), ('contact.undeliverable'),
  ('delivery.queued'), ('delivery.sending'), ('delivery.retry'), ('delivery.sent'), ('delivery.written'),
  ('delivery.failed'), ('delivery.expired'), ('delivery.cancelled');
CREATE TRIGGER contact_counted AFTER INSERT ON contact
BEGIN UPDATE counter SET value = value + 1 WHERE name = 'contact.' || NEW.status; END;
CREATE TRIGGER contact_recounted AFTER UPDATE OF status ON contact WHEN OLD.status <> NEW.status
BEGIN
  UPDATE counter SET value = value - 1 WHERE name = 'contact.' || OLD.status;
  UPDATE counter SET value = value + 1 WHERE name = 'contact.' || NEW.status;
END;
CREATE TRIGGER contact_uncounted AFTER DELETE ON contact
BEGIN UPDATE counter SET value = value - 1 WHERE name = 'contact.' || OLD.status; END;
CREATE TRIGGER delivery_counted AFTER INSERT ON delivery
BEGIN UPDATE counter SET value = value + 1 WHERE name = 'delivery.' || NEW.state; END;
CREATE TRIGGER delivery_recounted AFTER UPDATE OF state ON delivery WHEN OLD.state <> NEW.state
BEGIN
  UPDATE counter SET value = value - 1 WHERE name = 'delivery.' || OLD.state;
  UPDATE counter SET value = value + 1 WHERE name = 'delivery.' || NEW.state;
END;
CREATE TRIGGER delivery_uncounted AFTER DELETE ON delivery
BEGIN UPDATE counter SET value = value - 1 WHERE name = 'delivery.' || OLD.state; END;

-- The audit log. Each row's hash covers the row before and a salted digest of its details. The details lie beside it, so that
-- a deleted person's data can be erased while the chain stays verifiable.
CREATE TABLE audit (
  id         INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  actor      TEXT NOT NULL,
  origin     TEXT NOT NULL,
  via        TEXT NOT NULL,
  action     TEXT NOT NULL,
  contact_id INTEGER,
  digest     BLOB NOT NULL CHECK (length(digest) = 32),
  hash       BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_of_contact ON audit (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE TABLE audit_detail (
  audit_id   INTEGER PRIMARY KEY REFERENCES audit (id),
  contact_id INTEGER,
  salt       BLOB NOT NULL CHECK (length(salt) = 16),
  details    TEXT NOT NULL
) STRICT;
CREATE INDEX audit_detail_of_contact ON audit_detail (contact_id) WHERE contact_id IS NOT NULL;
CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_detail_is_never_changed BEFORE UPDATE ON audit_detail
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

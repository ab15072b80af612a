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
  -- How often an administrator asked for a try now: a sender that leaves the server alone sees that it has grown.
  retries_asked        INTEGER NOT NULL DEFAULT 0,
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

-- Which contacts have another text or status, or are gone, in order, so that what is kept of all contacts in memory is brought up to
-- date at little cost. New contacts are known by their ids. Only the newest changes are kept.
CREATE TABLE contact_change (
  number     INTEGER PRIMARY KEY,
  contact_id INTEGER NOT NULL
) STRICT;
CREATE TRIGGER contact_has_changed AFTER UPDATE OF name, email, position, status ON contact
WHEN OLD.name <> NEW.name OR OLD.email <> NEW.email OR OLD.position <> NEW.position OR OLD.status <> NEW.status
BEGIN INSERT INTO contact_change (contact_id) VALUES (NEW.id); END;
CREATE TRIGGER contact_is_gone AFTER DELETE ON contact
BEGIN INSERT INTO contact_change (contact_id) VALUES (OLD.id); END;
CREATE TRIGGER contact_change_is_old AFTER INSERT ON contact_change
BEGIN DELETE FROM contact_change WHERE number <= NEW.number - 10000; END;

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

-- What is announced, without its text. The counters tell how many of its deliveries stand where; triggers keep them, and
-- what follows from them. lifetime is how long a delivery is tried.
CREATE TABLE notice (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  type            TEXT NOT NULL CHECK (type <> ''),
  title_en        TEXT NOT NULL,
  title_zh_cn     TEXT NOT NULL,
  subject         TEXT NOT NULL CHECK (subject <> ''),
  idempotency_key TEXT UNIQUE,
  priority        INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
  lifetime        INTEGER NOT NULL CHECK (lifetime > 0),
  created_at      INTEGER NOT NULL,
  ended_at        INTEGER,
  fallback        TEXT,
  is_cancelled    INTEGER NOT NULL DEFAULT 0 CHECK (is_cancelled IN (0, 1)),
  is_unreached    INTEGER NOT NULL DEFAULT 0 CHECK (is_unreached IN (0, 1)),
  waiting         INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0),
  sent            INTEGER NOT NULL DEFAULT 0 CHECK (sent >= 0),
  written         INTEGER NOT NULL DEFAULT 0 CHECK (written >= 0),
  failed          INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
  expired         INTEGER NOT NULL DEFAULT 0 CHECK (expired >= 0),
  cancelled       INTEGER NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
  -- Neither sent nor written, but they may have been sent.
  doubtful        INTEGER NOT NULL DEFAULT 0 CHECK (doubtful >= 0)
) STRICT;
CREATE INDEX notice_by_time ON notice (created_at, id);
CREATE INDEX notice_ended ON notice (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX notice_unreached ON notice (id) WHERE is_unreached = 1;

-- Beside the head, for it is long and never changes.
CREATE TABLE notice_text (
  notice_id INTEGER PRIMARY KEY REFERENCES notice (id) ON DELETE CASCADE,
  body_text TEXT NOT NULL CHECK (body_text <> ''),
  body_html TEXT
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
  CHECK ((lease IS NULL) = (lease_until IS NULL)),
  CHECK ((state IN ('queued', 'sending', 'retry')) = (ended_at IS NULL))
) STRICT;
CREATE INDEX delivery_due ON delivery (priority, due_at, id) WHERE state IN ('queued', 'retry');
CREATE INDEX delivery_by_state ON delivery (state, id);
CREATE INDEX delivery_of_contact ON delivery (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX delivery_of_verification ON delivery (verification_id) WHERE verification_id IS NOT NULL;
CREATE INDEX delivery_alone ON delivery (created_at, id) WHERE notice_id IS NULL;
CREATE INDEX delivery_of_notice ON delivery (notice_id, id) WHERE notice_id IS NOT NULL;
-- An address gets one mail for each notice; a cancelled delivery is none.
CREATE UNIQUE INDEX delivery_once ON delivery (notice_id, address_key) WHERE notice_id IS NOT NULL AND state <> 'cancelled';
-- Those of a notice are kept as long as the notice.
CREATE INDEX delivery_ended ON delivery (ended_at) WHERE ended_at IS NOT NULL AND notice_id IS NULL;

CREATE TABLE attempt (
  id          INTEGER PRIMARY KEY,
  delivery_id INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
  started_at  INTEGER NOT NULL,
  ended_at    INTEGER,
  phase       TEXT NOT NULL,
  words       TEXT
) STRICT;
CREATE INDEX attempt_of ON attempt (delivery_id, id);

-- A notice is counted, ends and is opened again with its deliveries, whoever changes them.
CREATE TRIGGER notice_counted AFTER INSERT ON delivery WHEN NEW.notice_id IS NOT NULL
BEGIN
  UPDATE notice SET waiting = waiting + 1, ended_at = NULL, is_unreached = 0 WHERE id = NEW.notice_id;
END;
CREATE TRIGGER notice_recounted AFTER UPDATE OF state, maybe_sent ON delivery
WHEN NEW.notice_id IS NOT NULL AND (OLD.maybe_sent <> NEW.maybe_sent
     OR OLD.state <> NEW.state AND (OLD.ended_at IS NOT NULL OR NEW.ended_at IS NOT NULL))
BEGIN
  UPDATE notice SET
    waiting   = waiting   - (OLD.ended_at IS NULL)      + (NEW.ended_at IS NULL),
    sent      = sent      - (OLD.state = 'sent')        + (NEW.state = 'sent'),
    written   = written   - (OLD.state = 'written')     + (NEW.state = 'written'),
    failed    = failed    - (OLD.state = 'failed')      + (NEW.state = 'failed'),
    expired   = expired   - (OLD.state = 'expired')     + (NEW.state = 'expired'),
    cancelled = cancelled - (OLD.state = 'cancelled')   + (NEW.state = 'cancelled'),
    doubtful  = doubtful  - (OLD.maybe_sent = 1 AND OLD.state NOT IN ('sent', 'written'))
                          + (NEW.maybe_sent = 1 AND NEW.state NOT IN ('sent', 'written'))
  WHERE id = NEW.notice_id;
  UPDATE notice SET ended_at = CASE waiting WHEN 0 THEN NEW.ended_at END, is_unreached = 0
  WHERE id = NEW.notice_id AND ((ended_at IS NULL) = (waiting = 0)
        -- What counted as sent does not any more.
        OR waiting = 0 AND OLD.ended_at IS NOT NULL AND sent + written + doubtful = 0);
END;
-- The fallback of a notice that reached nobody and that no administrator cancelled: the security email gets it, unless it was
-- tried already. Message-IDs are unique by chance, under the domain of the notice's other mails.
CREATE TRIGGER notice_has_ended AFTER UPDATE OF ended_at ON notice
WHEN NEW.ended_at IS NOT NULL AND NEW.sent + NEW.written + NEW.doubtful = 0 AND NEW.is_cancelled = 0
BEGIN
  INSERT INTO delivery (kind, notice_id, address, address_key, language, type, subject, fallback, priority,
                        created_at, due_at, expires_at, message_id)
  SELECT 'notice', NEW.id, a.security_email, a.security_email_key, a.language, NEW.type, NEW.subject,
         coalesce(NEW.fallback, 'all_failed'), NEW.priority, NEW.ended_at, NEW.ended_at, NEW.ended_at + NEW.lifetime,
         '<' || lower(hex(randomblob(16)))
             || (SELECT substr(message_id, instr(message_id, '@')) FROM delivery WHERE notice_id = NEW.id LIMIT 1)
  FROM account a
  WHERE a.security_email IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM delivery d WHERE d.notice_id = NEW.id AND d.address_key = a.security_email_key AND d.state <> 'cancelled');
  UPDATE notice SET fallback = coalesce(fallback, 'all_failed') WHERE id = NEW.id AND waiting > 0;
  UPDATE notice SET is_unreached = 1 WHERE id = NEW.id AND waiting = 0;
END;

-- Totals, kept in the same transaction as what they count.
CREATE TABLE counter (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO counter (name) VALUES
  ('contact.unverified'), ('contact.code_sent'), ('contact.expired'), ('contact.verified'), ('contact.undeliverable'),
  ('delivery.queued'), ('delivery.sending'), ('delivery.retry'), ('delivery.sent'), ('delivery.written'),
  ('delivery.failed'), ('delivery.expired'), ('delivery.cancelled'), ('verification_mail');
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
CREATE TRIGGER verification_mail_counted AFTER INSERT ON verification_mail
BEGIN UPDATE counter SET value = value + 1 WHERE name = 'verification_mail'; END;
CREATE TRIGGER verification_mail_uncounted AFTER DELETE ON verification_mail
BEGIN UPDATE counter SET value = value - 1 WHERE name = 'verification_mail'; END;

-- The audit log. Each row's hash covers the row before and a salted digest of its details. The details lie beside it, so that
-- a deleted person's data can be erased while the chain stays verifiable.
CREATE TABLE audit (
  id         INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  -- The latest time of this entry and those before it. Clocks are set back; this never falls, so what is not older than a time begins
  -- at a number.
  latest     INTEGER NOT NULL CHECK (latest >= at),
  actor      TEXT NOT NULL,
  origin     TEXT NOT NULL,
  via        TEXT NOT NULL,
  action     TEXT NOT NULL,
  contact_id INTEGER,
  digest     BLOB NOT NULL CHECK (length(digest) = 32),
  hash       BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_of_contact ON audit (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX audit_by_time ON audit (latest);
-- Which contacts each entry about many names in its details.
CREATE TABLE audit_contact (
  contact_id INTEGER NOT NULL,
  audit_id   INTEGER NOT NULL REFERENCES audit (id),
  PRIMARY KEY (contact_id, audit_id)
) STRICT, WITHOUT ROWID;
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
CREATE TRIGGER audit_contact_is_append_only_update BEFORE UPDATE ON audit_contact
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_contact_is_append_only_delete BEFORE DELETE ON audit_contact
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_detail_is_never_changed BEFORE UPDATE ON audit_detail
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- The outbox: what is to be told of payments to EVENTS_URL. A row is written in the transaction that settles its payment.
-- Oldest version that may run on it: the one whose newest migration is 0012.
-- It writes none, so what it settles is not told.

CREATE TABLE payment_events (
  id                TEXT    NOT NULL PRIMARY KEY,
  store_hash        TEXT    NOT NULL,
  -- Of payment_attempts, whose rows are never deleted. No reference: each insert there would look here for rows of its own.
  payment_id        TEXT    NOT NULL,
  type              TEXT    NOT NULL,
  -- What is sent, word for word, at every try.
  body              TEXT    NOT NULL,
  created_at_ms     BIGINT  NOT NULL,
  -- Since when it waits for its first try; null once that was made.
  new_since_ms      BIGINT,
  -- When it is tried again; while an instance sends it, the end of that instance's lease. null: never.
  next_try_at_ms    BIGINT,
  tries             INTEGER NOT NULL DEFAULT 0,
  -- The three days of tries begin here.
  first_tried_at_ms BIGINT,
  -- What came of the last try, in our own words.
  last_failure      TEXT,
  delivered_at_ms   BIGINT,
  -- When it was given up; a person may have it sent again.
  dead_at_ms        BIGINT
);

CREATE INDEX payment_events_new ON payment_events (store_hash, new_since_ms) WHERE new_since_ms IS NOT NULL;
CREATE INDEX payment_events_due ON payment_events (store_hash, next_try_at_ms) WHERE next_try_at_ms IS NOT NULL;
CREATE INDEX payment_events_dead ON payment_events (store_hash, dead_at_ms) WHERE dead_at_ms IS NOT NULL;
CREATE INDEX payment_events_delivered ON payment_events (store_hash, delivered_at_ms)
  WHERE delivered_at_ms IS NOT NULL;

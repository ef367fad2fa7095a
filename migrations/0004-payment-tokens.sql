-- The store's allowance of payments: a row for each permit. The service adds and removes rows when it starts, as the
-- configured limit says. All moments are of the database's own clock.
-- Oldest version that may run on it: the one whose newest migration is 0004.
CREATE TABLE payment_tokens (
  store_hash      TEXT    NOT NULL,
  number          INTEGER NOT NULL,
  -- By this moment BigCommerce has counted the permit's last payment; the permit comes back one window later.
  counted_at_ms   BIGINT  NOT NULL,
  -- Not to be used before this, because BigCommerce asked for fewer payments.
  not_before_ms   BIGINT  NOT NULL DEFAULT 0,
  -- When it was last reserved, for which moment, by which instance, and how often so far.
  reserved_at_ms  BIGINT  NOT NULL DEFAULT 0,
  reserved_for_ms BIGINT  NOT NULL DEFAULT 0,
  holder          TEXT    NOT NULL DEFAULT '',
  uses            BIGINT  NOT NULL DEFAULT 0,
  PRIMARY KEY (store_hash, number)
);

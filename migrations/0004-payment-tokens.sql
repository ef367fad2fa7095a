-- The store's allowance of payments: a row for each token. Rows are made and taken away as the limit that is configured
-- demands, by the service when it starts. All moments are of the database's own clock.
CREATE TABLE payment_tokens (
  store_hash      TEXT    NOT NULL,
  number          INTEGER NOT NULL,
  -- At the latest now the token's last payment is counted by BigCommerce; it comes back one window later.
  counted_at_ms   BIGINT  NOT NULL,
  -- Not to be used before this, because BigCommerce has asked for fewer payments.
  not_before_ms   BIGINT  NOT NULL DEFAULT 0,
  -- When it was last reserved, for which moment, by which instance, and how often so far.
  reserved_at_ms  BIGINT  NOT NULL DEFAULT 0,
  reserved_for_ms BIGINT  NOT NULL DEFAULT 0,
  holder          TEXT    NOT NULL DEFAULT '',
  uses            BIGINT  NOT NULL DEFAULT 0,
  PRIMARY KEY (store_hash, number)
);

-- The ledger: payment attempts and the idempotency keys that lead to them.
-- In SQL that SQLite and Postgres share. Times are milliseconds since the Unix epoch, amounts in the currency's minor
-- unit. Nothing of an instrument is kept but its type.
-- Oldest version that may run on it: the one whose newest migration is 0001.

-- A row for each intent to pay one order. Rows are never deleted: they are the order's fence.
CREATE TABLE payment_attempts (
  id                     TEXT   NOT NULL PRIMARY KEY,
  store_hash             TEXT   NOT NULL,
  order_id               BIGINT NOT NULL CHECK (order_id > 0),
  -- Issuer and subject of the caller token that opened it.
  principal              TEXT   NOT NULL,
  customer_id            BIGINT CHECK (customer_id > 0),
  instrument_type        TEXT   NOT NULL,
  payment_method_id      TEXT   NOT NULL,
  status                 TEXT   NOT NULL CHECK (status IN (
                           'claimed', 'sending', 'succeeded', 'pending', 'declined',
                           'not_sent', 'not_charged', 'unknown', 'needs_review')),
  amount                 BIGINT CHECK (amount >= 0),
  currency               TEXT,
  transaction_type       TEXT   CHECK (transaction_type IN ('authorization', 'purchase')),
  bigcommerce_payment_id TEXT,
  bigcommerce_code       BIGINT,
  problem_code           TEXT,
  correlation_id         TEXT   NOT NULL,
  request_id             TEXT   NOT NULL,
  created_at_ms          BIGINT NOT NULL,
  updated_at_ms          BIGINT NOT NULL,
  -- Written before the first byte of the charge leaves; null: it never left.
  sent_at_ms             BIGINT,
  -- After this moment the attempt's PAT can start no payment any more.
  pat_expires_at_ms      BIGINT,
  CHECK (status IN ('claimed', 'not_sent') OR sent_at_ms IS NOT NULL)
);

-- The fence: at most one attempt holds an order. It holds it until its end is known, and for good if it succeeded, unless
-- it was by gift certificate or store credit, which may pay a part. The database itself refuses the second row, so no
-- key, caller, instance or restart gets around it.
CREATE UNIQUE INDEX payment_attempts_fence ON payment_attempts (store_hash, order_id)
  WHERE status IN ('claimed', 'sending', 'pending', 'unknown', 'needs_review')
     OR (status = 'succeeded' AND instrument_type NOT IN ('gift_certificate', 'store_credit'));

-- A row for each idempotency key of a store, principal and operation. Kept for 30 days.
CREATE TABLE idempotency_keys (
  store_hash      TEXT    NOT NULL,
  principal       TEXT    NOT NULL,
  operation       TEXT    NOT NULL,
  idempotency_key TEXT    NOT NULL,
  -- Of the body without the CVV, the card number as first six and last four only.
  fingerprint     TEXT    NOT NULL,
  attempt_id      TEXT    NOT NULL REFERENCES payment_attempts (id),
  -- The final answer, replayed as it was; null while there is none.
  answer_status   INTEGER,
  answer_body     TEXT,
  created_at_ms   BIGINT  NOT NULL,
  PRIMARY KEY (store_hash, principal, operation, idempotency_key)
);

CREATE INDEX idempotency_keys_attempt ON idempotency_keys (attempt_id);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at_ms);

-- What the limits against card testing count. Before anything else is done for it, an attempt takes a place in the
-- allowance of its caller and in that of its client address. It gives both back if it ends well or was never sent.
-- Oldest version that may run on it: the one whose newest migration is 0004.

CREATE TABLE velocity_holds (
  -- A keyed hash of the store and the caller or address, which cannot be read from it.
  subject_key   TEXT   NOT NULL,
  attempt_id    TEXT   NOT NULL,
  -- The place comes back by itself at this moment, so a crash keeps none for ever.
  held_until_ms BIGINT NOT NULL,
  PRIMARY KEY (subject_key, held_until_ms, attempt_id)
);

CREATE INDEX velocity_holds_attempt ON velocity_holds (attempt_id);

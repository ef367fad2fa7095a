import { DatabaseSync } from 'node:sqlite'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import { openSqlite } from '../../src/stores/engine/open-sqlite.ts'

/** As many rows a transaction as the page cache holds; all rows in one would need a journal as large as the ledger. */
const rowsPerStep = 500_000

/**
 * Makes a ledger on SQLite with so many payments that have ended within the last year, each with its key, as a busy shop has. Indexes
 * are made last, which takes a third of the time.
 */
export async function fillLedger(path: string, rows: number, storeHash: string): Promise<void> {
  const database = openSqlite(path)
  await applyMigrations(database)
  await database.destroy()

  const sqlite = new DatabaseSync(path)
  sqlite.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000')
  const indexes = sqlite
    .prepare(
      `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
        AND tbl_name IN ('payment_attempts', 'idempotency_keys')`,
    )
    .all() as { name: string; sql: string }[]
  for (const { name } of indexes) sqlite.exec(`DROP INDEX ${name}`)
  const yearMs = 365 * 24 * 3_600_000
  for (let from = 0; from < rows; from += rowsPerStep) {
    const numbers = `WITH RECURSIVE numbers (n) AS (
      SELECT ${from} UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${Math.min(rows, from + rowsPerStep)})`
    const atMs = `${Date.now() - yearMs} + CAST(n * ${yearMs / rows} AS INTEGER)`
    // One in ten was declined. Ids are of the length of UUIDs, in their order, which spares the sorting of the primary key.
    sqlite.exec(`BEGIN; ${numbers}
      INSERT INTO payment_attempts (id, store_hash, order_id, principal, customer_id, instrument_type,
        payment_method_id, status, amount, currency, transaction_type, bigcommerce_payment_id, problem_code,
        correlation_id, request_id, created_at_ms, updated_at_ms, sent_at_ms, pat_expires_at_ms, ended_at_ms, holds_order)
      SELECT printf('%08x-0000-4000-8000-000000000000', n), '${storeHash}', 10000000 + n,
        '["https://shop.example","' || n || '"]', n + 1, 'card', 'stripe.card',
        CASE n % 10 WHEN 0 THEN 'declined' ELSE 'succeeded' END, 6098, 'USD', 'purchase',
        printf('%032x', n), CASE n % 10 WHEN 0 THEN 'payment_declined' END,
        printf('%08x-0000-4000-9000-000000000000', n), printf('%08x-0000-4000-a000-000000000000', n),
        ${atMs}, ${atMs}, ${atMs}, ${atMs} + 3600000, ${atMs}, CASE n % 10 WHEN 0 THEN NULL ELSE 10000000 + n END
      FROM numbers;
      ${numbers}
      INSERT INTO idempotency_keys (store_hash, principal, operation, idempotency_key, fingerprint, attempt_id,
        answer_status, answer_body, created_at_ms)
      SELECT '${storeHash}', '["https://shop.example","' || n || '"]', 'payOrder',
        printf('%08x-0000-4000-b000-000000000000', n), printf('%064x', n),
        printf('%08x-0000-4000-8000-000000000000', n), 201, '{"data":{"status":"success"}}', ${atMs}
      FROM numbers; COMMIT`)
  }
  for (const { sql } of indexes) sqlite.exec(sql)
  sqlite.exec('ANALYZE')
  sqlite.close()
}

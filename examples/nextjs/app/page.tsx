export default function Shop() {
  return (
    <section className="card">
      <h1>Forest at dawn</h1>
      <p>A print in an oak frame, 50 × 70. $60.98 with tax.</p>
      <form method="post" action="/api/carts">
        <button type="submit">Buy</button>
      </form>
    </section>
  )
}

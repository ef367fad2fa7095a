import type { FastifyInstance } from 'fastify'
import { BIGCOMMERCE_CODES } from '../domain/bigcommerce-codes.ts'
import { PROBLEM_CODES, PROBLEMS } from '../domain/problems.ts'

/** Enough to read it on a phone and in the dark. The page runs no script and loads nothing. */
const style =
  ':root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}th,td{border:1px solid;padding:.25rem .5rem;text-align:left;vertical-align:top}'

/** The page that the `type` of a problem may lead to (PROBLEM_TYPE_BASE): each code is an anchor. */
export async function problemPageRoute(app: FastifyInstance) {
  const page = problemPage()
  app.get('/docs/problems/', { schema: { hide: true } }, (_request, reply) =>
    reply.redirect('../problems', 308),
  )
  app.get('/docs/problems', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .headers({
        'cache-control': 'public, max-age=3600',
        'content-security-policy':
          "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      })
      .type('text/html; charset=utf-8')
      .send(page),
  )
}

function problemPage(): string {
  const problems = PROBLEM_CODES.map((code) => {
    const { status, title, retry, detail, remedy } = PROBLEMS[code]
    return `<section id="${code}"><h2><code>${code}</code></h2>
<p><strong>${status}</strong> ${html(title)}. <code>retry: ${retry}</code></p>
<p>${html(detail)}</p>
<p><em>What to do:</em> ${html(remedy)}</p></section>`
  })
  const rows = Object.entries(BIGCOMMERCE_CODES).map(
    ([code, { problem }]) =>
      `<tr><td>${code}</td><td><a href="#${problem}"><code>${problem}</code></a></td></tr>`,
  )
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Problems - Tillgate</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Problems</h1>
<p>Branch on <code>code</code>. <code>retry</code> says what to do next:</p>
<ul>
<li><code>same_key</code>: send the same request with the same Idempotency-Key.</li>
<li><code>new_key</code>: correct the request, then send it with a new key.</li>
<li><code>after</code>: wait as long as Retry-After says, then send the same request with the same key.</li>
<li><code>never</code>: stop. Sending it again cannot succeed.</li>
</ul>
${problems.join('\n')}
<section id="bigcommerce-codes">
<h2>BigCommerce's codes</h2>
<table>
<thead><tr><th scope="col">Code</th><th scope="col">Problem</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</section>
</main>
</body>
</html>
`
}

/** Our own sentences, in which code stands between backticks. */
const html = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')

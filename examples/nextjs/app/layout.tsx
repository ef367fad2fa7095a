import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import './globals.css'

export const metadata: Metadata = { title: 'Paper & Pine' }

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <main>
          <p className="shop">Paper &amp; Pine</p>
          {children}
        </main>
      </body>
    </html>
  )
}

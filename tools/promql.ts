import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

export interface Selector {
  readonly metric: string
  readonly matchers: readonly { readonly label: string; readonly values: readonly string[] }[]
  /** The labels by which an enclosing aggregation groups. */
  readonly groupedBy: readonly string[]
}

/** The series that a query selects. @throws Error if it is not PromQL. */
export function selectorsOf(query: string): Selector[] {
  const textOf = ({ from, to }: SyntaxNode) => query.slice(from, to)
  const selectors: Selector[] = []
  parser.parse(query).iterate({
    enter({ node, type }) {
      if (type.isError) throw new Error(`No PromQL at ${node.from}: ${query}`)
      if (type.name !== 'VectorSelector') return
      const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []
      selectors.push({
        metric: textOf(node.getChild('Identifier') ?? node),
        matchers: matchers.map((matcher) => ({
          label: textOf(matcher.getChild('LabelName') ?? matcher),
          values: textOf(matcher.getChild('StringLiteral') ?? matcher)
            .slice(1, -1)
            .split('|'),
        })),
        groupedBy: groupingsAround(node).map(textOf),
      })
    },
  })
  return selectors
}

function groupingsAround(node: SyntaxNode): SyntaxNode[] {
  const labels: SyntaxNode[] = []
  for (let parent = node.parent; parent; parent = parent.parent) {
    const grouping = parent.getChild('AggregateModifier')?.getChild('GroupingLabels')
    labels.push(...(grouping?.getChildren('LabelName') ?? []))
  }
  return labels
}

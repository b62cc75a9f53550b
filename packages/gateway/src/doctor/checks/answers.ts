/** The rows of an answer of pg, mysql2 or node:sqlite, each as its values in the statement's order. */
export function valuesOf(answer: unknown): unknown[][] {
  const rows = rowsOf(answer)
  return rows.map((row) => (Array.isArray(row) ? row : Object.values(row as object)))
}

function rowsOf(answer: unknown): unknown[] {
  // mysql2 answers with the rows and with what their columns are.
  if (Array.isArray(answer)) return Array.isArray(answer[0]) ? answer[0] : answer
  return (answer as { readonly rows?: unknown[] }).rows ?? []
}

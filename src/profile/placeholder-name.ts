/** What a person is called while nobody says their name: `User 1a2b`, by the last four of the UUID. */
export function placeholderUserName(id: string): string {
  return `User ${id.slice(-4)}`;
}

/** The same for a business: `Business 1a2b`. */
export function placeholderBusinessName(id: string): string {
  return `Business ${id.slice(-4)}`;
}

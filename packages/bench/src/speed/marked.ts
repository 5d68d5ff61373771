/** Tells ours from the peers. */
export function isOurs(contender: string): boolean {
  return /^@?evenkeel/.test(contender);
}

/** Makes ours stand out. */
export function marked(contender: string): string {
  return isOurs(contender) ? `**${contender}**` : contender;
}

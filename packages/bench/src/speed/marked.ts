/** Tells whether a contender is this toolkit. */
export function isOurs(contender: string): boolean {
  return /^@?evenkeel/.test(contender);
}

/** Returns the name of a contender, in bold if it is this toolkit. */
export function marked(contender: string): string {
  return isOurs(contender) ? `**${contender}**` : contender;
}

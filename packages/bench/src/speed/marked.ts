/** Makes ours stand out. */
export function marked(contender: string): string {
  return contender.startsWith("evenkeel") || contender.startsWith("@evenkeel") ? `**${contender}**` : contender;
}

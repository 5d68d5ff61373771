/** Catches an error that fails loudly, which is what is tested. */

/** Resolves with the next rejection that nobody handles, of which the test runner then does not hear. */
export function nextUnhandledRejection(): Promise<unknown> {
  return new Promise((resolve) => {
    const others = process.rawListeners("unhandledRejection") as NodeJS.UnhandledRejectionListener[];
    process.removeAllListeners("unhandledRejection");
    process.once("unhandledRejection", (error) => {
      for (const each of others) process.on("unhandledRejection", each);
      resolve(error);
    });
  });
}

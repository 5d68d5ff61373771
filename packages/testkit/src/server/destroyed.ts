/** Ends connections for good. */
import type { Socket } from "node:net";

/** Destroys a socket that has not closed yet, and waits until it has: by its own word, as a test may have faked every timer. */
export function destroyed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.destroy();
  });
}

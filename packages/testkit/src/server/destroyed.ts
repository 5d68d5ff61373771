/** Closes connections. */
import type { Socket } from "node:net";

/** Destroys an open socket, and waits for its `close` event: a test may have faked all timers. */
export function destroyed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.destroy();
  });
}

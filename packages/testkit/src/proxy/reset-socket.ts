/** Resets connections. */
import type { Socket } from "node:net";

/** Sends RST, unless a FIN was already sent: Node would then do neither, and never emit `close`. */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

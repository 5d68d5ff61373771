/** Breaks a connection off. */
import type { Socket } from "node:net";

/** Sends RST; not once a FIN is on its way, for then Node can do neither, and never says that the socket has closed. */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

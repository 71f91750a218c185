import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that a client may send ahead of the responses; browsers send none ahead. */
const MAX_AHEAD = 8;

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/** The state of a connection: the request being answered, and those sent ahead. */
interface Connection {
  current: Exchange | undefined;
  readonly ahead: (Exchange & { serve: () => void })[];
}

/**
 * The connections of a server. Each serves one request at a time, and the next after its client has
 * read the response, so that a client that sends without reading costs one response.
 */
export class Connections {
  readonly #open = new Map<Socket, Connection>();
  #isClosing = false;

  add(socket: Socket): void {
    this.#open.set(socket, { current: undefined, ahead: [] });
    socket.once('close', () => this.#open.delete(socket));
    if (this.#isClosing) socket.destroy();
  }

  /** Serves a request once those before it have been answered. */
  accept(request: IncomingMessage, response: ServerResponse, serve: () => void): void {
    const connection = this.#open.get(request.socket);
    if (!connection || request.socket.destroyed) return;
    if (connection.ahead.push({ request, response, serve }) > MAX_AHEAD) request.socket.destroy();
    else if (!connection.current) this.#next(connection);
  }

  /**
   * Closes connections without a complete request immediately, the others when that is answered.
   */
  close(): void {
    this.#isClosing = true;
    for (const [socket, { current, ahead }] of this.#open) {
      ahead.length = 0;
      if (!current?.request.complete) socket.destroy();
      else if (!current.response.headersSent) current.response.setHeader('connection', 'close');
      else socket.destroySoon();
    }
  }

  #next(connection: Connection): void {
    const next = connection.ahead.shift();
    connection.current = next;
    if (!next || next.request.socket.destroyed) return;
    next.response.once('close', () => {
      this.#next(connection);
    });
    next.serve();
  }
}

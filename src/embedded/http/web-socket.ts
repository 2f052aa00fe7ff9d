import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest } from '../errors.ts';

/** Appended to the client's key, by RFC 6455. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const CONTINUATION = 0;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
/** A message that is larger than any client sends at once. */
const MOST_BYTES = 16 * 1024 * 1024;

export interface WebSocketHandlers {
  message(bytes: Buffer): void;
  /** The client has gone, or wants to go. */
  closed(): void;
}

/** The server's side of one WebSocket, as far as streams of pods need it: whole binary messages. */
export class WebSocketPeer {
  readonly #socket: Duplex;
  readonly #handlers: WebSocketHandlers;
  #unread: Buffer;
  #message: Buffer[] = [];
  #ended = false;

  private constructor(socket: Duplex, head: Buffer, handlers: WebSocketHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#unread = head;
    socket.on('data', (chunk: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#read();
    });
    socket.on('close', () => this.#gone());
    socket.on('error', () => this.#gone());
    this.#read();
  }

  /** Answers the handshake. */
  static accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    protocol: string,
    handlers: WebSocketHandlers,
  ): WebSocketPeer {
    const key = request.headers['sec-websocket-key'];
    if (!key) throw badRequest('the request wants a WebSocket but brings no Sec-WebSocket-Key');
    const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
    socket.write(
      [
        'HTTP/1.1 101 Switching Protocols',
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Accept: ${accept}`,
        `Sec-WebSocket-Protocol: ${protocol}`,
        '\r\n',
      ].join('\r\n'),
    );
    return new WebSocketPeer(socket, head, handlers);
  }

  /** Calls `done` once the message is handed to the system, so that a fast writer waits for a slow reader. */
  send(bytes: Buffer, done: () => void = () => {}): void {
    this.#write(BINARY, bytes, done);
  }

  /** A normal end; what was sent before still arrives. */
  close(): void {
    if (this.#ended) return;
    this.#write(CLOSE, Buffer.from([0x03, 0xe8]), () => this.#socket.end());
    this.#ended = true;
  }

  #gone(): void {
    this.#ended = true;
    this.#handlers.closed();
  }

  #write(opcode: number, bytes: Buffer, done: () => void = () => {}): void {
    if (this.#ended || !this.#socket.writable) {
      done();
      return;
    }
    this.#socket.write(Buffer.concat([header(opcode, bytes.length), bytes]), () => done());
  }

  #read(): void {
    for (let frame = nextFrame(this.#unread); frame; frame = nextFrame(this.#unread)) {
      this.#unread = this.#unread.subarray(frame.length);
      this.#take(frame);
    }
    if (this.#unread.length > MOST_BYTES) this.#socket.destroy();
  }

  #take({ opcode, last, bytes }: Frame): void {
    if (opcode === PING) this.#write(PONG, bytes);
    else if (opcode === CLOSE) {
      this.close();
      this.#handlers.closed();
    } else if (opcode <= BINARY) {
      if (opcode !== CONTINUATION) this.#message = [];
      this.#message.push(bytes);
      if (last) this.#handlers.message(Buffer.concat(this.#message));
    }
  }
}

interface Frame {
  readonly opcode: number;
  readonly last: boolean;
  readonly bytes: Buffer;
  /** All of it, its header included. */
  readonly length: number;
}

/** Undefined until all of it has come. Frames of clients are masked. */
function nextFrame(buffer: Buffer): Frame | undefined {
  if (buffer.length < 2) return undefined;
  const [first = 0, second = 0] = buffer;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const masked = (second & 0x80) !== 0;
  const start = 2 + extended + (masked ? 4 : 0);
  if (buffer.length < start) return undefined;
  const size = extended === 0 ? short : extended === 2 ? buffer.readUInt16BE(2) : Number(buffer.readBigUInt64BE(2));
  if (buffer.length < start + size) return undefined;
  const bytes = Buffer.from(buffer.subarray(start, start + size));
  if (masked) for (let at = 0; at < size; at++) bytes[at] = (bytes[at] ?? 0) ^ (buffer[start - 4 + (at % 4)] ?? 0);
  return { opcode: first & 0x0f, last: (first & 0x80) !== 0, bytes, length: start + size };
}

function header(opcode: number, length: number): Buffer {
  const start = 0x80 | opcode;
  if (length < 126) return Buffer.from([start, length]);
  if (length < 65_536) return Buffer.from([start, 126, length >> 8, length & 0xff]);
  const bytes = Buffer.alloc(10);
  bytes[0] = start;
  bytes[1] = 127;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

import { CgiHead } from './cgi.js';
import { BODILESS } from './response.js';
import type { Response } from './response.js';
import type { ProgramSettings } from './settings.js';
import type { StreamedResponse } from './streamed-response.js';

/** A program's output on its way into a streamed response. */
export class ProgramOutput {
  readonly #stream: StreamedResponse;
  readonly #contentType: string;
  /** Without one, the response has no body, whatever the program writes. */
  readonly #isHead: boolean;
  /** The parser for headers that are not complete yet. */
  #head: CgiHead | undefined;
  #response: Response | undefined;

  constructor(
    stream: StreamedResponse,
    {
      contentType,
      cgi,
      isHead,
    }: Pick<ProgramSettings, 'contentType' | 'cgi'> & { isHead: boolean },
  ) {
    this.#stream = stream;
    this.#contentType = contentType;
    this.#isHead = isHead;
    this.#head = cgi ? new CgiHead() : undefined;
  }

  /**
   * Accepts a chunk; returns a promise if the program must wait.
   *
   * @throws {Problem} 500 if it does not begin with headers, with CGI.
   */
  readonly take = (piece: Buffer): Promise<void> | undefined => {
    if (!this.#head) return this.#write(piece);
    const response = this.#head.add(piece);
    if (!response) return undefined;
    this.#begin(response);
    return this.#write(response.content);
  };

  /**
   * The program has ended: sends the rest, or everything.
   *
   * @throws {Problem} Like `take`.
   */
  finish(): Response {
    if (this.#head) this.#begin(this.#head.end());
    return (this.#response ??= this.#answer(200, {}, []));
  }

  #begin({ status, headers, cookies }: Omit<Response, 'body'>): void {
    this.#head = undefined;
    this.#response = this.#answer(status, headers, cookies ?? []);
  }

  #answer(
    status: number,
    headers: Readonly<Record<string, string>>,
    cookies: readonly string[],
  ): Response {
    const type = BODILESS.has(status) ? {} : { 'content-type': this.#contentType };
    return { status, headers: { ...type, ...headers }, cookies, body: '' };
  }

  #write(content: Buffer): Promise<void> | undefined {
    const response = (this.#response ??= this.#answer(200, {}, []));
    this.#stream.begin(response);
    if (content.length === 0 || this.#isHead || BODILESS.has(response.status)) return undefined;
    return this.#stream.write(content);
  }
}

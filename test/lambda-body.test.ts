import assert from 'node:assert/strict';

import type { ClassificationHandler } from 'wasmedge-embed/lambda';
import { createHandler } from 'wasmedge-embed/lambda';

import { EVENT_KINDS, invoke } from './support/lambda-events.js';
import type { HttpRequest } from './support/lambda-events.js';
import {
  RED,
  RED_SENTENCE,
  colour,
  colourHandler,
  encoded,
  form,
  refused,
  withHandler,
} from './support/lambda-handler.js';

const hex = RED.toString('hex');
const base64 = RED.toString('base64');
const inLines = (text: string): string => text.replace(/.{40}/g, '$&\r\n');
const file = { name: 'image', filename: 'red.jpg', type: 'image/jpeg', content: RED };
const photoForm = form([file]);
const formType = photoForm.headers['content-type'];

const WELCOME: Record<string, HttpRequest> = {
  'hexadecimal text': { body: hex },
  'hexadecimal text in capital letters': { body: hex.toUpperCase() },
  'hexadecimal text with spaces and line breaks': { body: ` ${inLines(hex)}\n` },
  'hexadecimal text that arrived base64-encoded': encoded(Buffer.from(`${inLines(hex)}\n`)),
  'JPEG bytes': { ...encoded(RED), headers: { 'content-type': 'image/jpeg' } },
  'JPEG bytes under a wrong Content-Type': {
    ...encoded(RED),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  'a form with a file': { ...encoded(photoForm.body), headers: photoForm.headers },
  'a form whose first file has fields before and files after it': {
    ...encoded(
      form([
        { name: 'title', content: 'What is this?' },
        file,
        { ...file, filename: 'other.jpg', content: 'no picture' },
      ]).body,
    ),
    headers: photoForm.headers,
  },
  'a form with hexadecimal text in its file, not encoded': {
    body: form([{ ...file, content: hex }]).body.toString(),
    headers: photoForm.headers,
  },
  'a form with a file that is base64, in lines': {
    ...encoded(transferEncoded('base64', inLines(base64))),
    headers: photoForm.headers,
  },
  'a form whose picture stands in a plain field': {
    ...encoded(
      form([
        { name: 'title', content: 'What is this?' },
        { name: 'image', content: RED },
      ]).body,
    ),
    headers: photoForm.headers,
  },
  'a form whose picture stands in a plain field, as a data URL': {
    ...encoded(form([{ name: 'image', content: `data:image/jpeg;base64,${base64}` }]).body),
    headers: photoForm.headers,
  },
  'a form with a file behind a field that is a picture as well': {
    ...encoded(form([{ name: 'preview', content: colour(10, 20, 250) }, file]).body),
    headers: photoForm.headers,
  },
  'a data URL': { body: `data:image/jpeg;base64,${base64}` },
  'a data URL with white space, parameters and capital letters': {
    body: `\n DATA:IMAGE/JPEG;name=red.jpg;BASE64,${inLines(base64)}\n`,
  },
  'a data URL without a media type': { body: `data:;base64,${base64}` },
  'a data URL with its base64 percent-encoded': {
    body: `data:image/jpeg;base64,${encodeURIComponent(base64)}`,
  },
  'a data URL that is percent-encoded': { body: `data:image/jpeg,${hex.replace(/../g, '%$&')}` },
  'a data URL that arrived base64-encoded': encoded(
    Buffer.from(`data:image/jpeg;base64,${base64}`),
  ),
};

/** A form with one file in this Content-Transfer-Encoding. */
function transferEncoded(encoding: string, content: string): Buffer {
  const { body } = form([{ ...file, content }]);
  const type = 'Content-Type: image/jpeg\r\n';
  return Buffer.from(
    body.toString().replace(type, `${type}Content-Transfer-Encoding: ${encoding}\r\n`),
  );
}

const tiff = Buffer.from('II*\0\x08\0\0\0\x0d\0', 'latin1');
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const LARGE = 45_000;
const large = Buffer.concat([RED, Buffer.alloc(LARGE)]);
const type = (contentType: string): { 'content-type': string } => ({ 'content-type': contentType });

/** A form with one file, with these lines at the beginning of its part's head. */
function withHead(lines: string): Buffer {
  const { body } = photoForm;
  const end = body.indexOf('\r\n') + 2;
  return Buffer.concat([body.subarray(0, end), Buffer.from(lines), body.subarray(end)]);
}

const REFUSED: Record<string, [request: HttpRequest, status: number, words: RegExp]> = {
  'no body': [{}, 400, /empty/],
  'an empty body': [{ body: '' }, 400, /empty/],
  'an empty body, base64-encoded': [{ body: '', isBase64Encoded: true }, 400, /empty/],
  'white space': [{ body: ' \r\n' }, 400, /empty/],
  'an odd number of digits': [{ body: `${hex}f` }, 400, /odd number of digits \(\d+\)/],
  'a foreign character': [{ body: `${hex.slice(0, 6)}g${hex.slice(7)}` }, 400, /offset 6\b/],
  'a foreign character whose low byte is a digit': [
    { body: `${hex.slice(0, 6)}\u0130${hex.slice(7)}` },
    400,
    /offset 6\b/,
  ],
  'base64 that nobody announced': [{ body: base64 }, 400, /looks like base64/],
  'base64 with a foreign character': [
    { body: `${base64.slice(0, 9)}-${base64.slice(10)}`, isBase64Encoded: true },
    400,
    /offset 9\b/,
  ],
  'base64 with a foreign character whose low byte is a letter': [
    { body: `${base64.slice(0, 9)}\u0141${base64.slice(10)}`, isBase64Encoded: true },
    400,
    /offset 9\b/,
  ],
  'base64 with line breaks': [{ body: inLines(base64), isBase64Encoded: true }, 400, /offset 40/],
  'base64 that is cut off': [
    { body: base64.replace(/=*$/, '').slice(0, -1), isBase64Encoded: true },
    400,
    /base64/,
  ],
  'base64 with bits left over': [{ body: '/9j/4B==', isBase64Encoded: true }, 400, /bits/],
  'a picture that is too large, in hexadecimal': [{ body: large.toString('hex') }, 413, /larger/],
  'a picture that is too large': [encoded(large), 413, /larger than 40000 bytes/],
  'a picture that is too large, in a form': [
    { ...encoded(form([{ ...file, content: large }]).body), headers: photoForm.headers },
    413,
    /larger/,
  ],
  'far too much of anything': [{ body: ' '.repeat(1 << 20) }, 413, /larger/],
  'a PNG that is cut off': [encoded(png), 422, /cannot be decoded: .*PNG picture is truncated/],
  'a PNG that is cut off, in hexadecimal': [{ body: png.toString('hex') }, 422, /PNG/],
  'a TIFF': [encoded(tiff), 415, /not a JPEG, PNG, WebP, GIF or BMP\..*looks like a TIFF picture/],
  'a TIFF in hexadecimal': [{ body: tiff.toString('hex') }, 415, /looks like a TIFF/],
  'a TIFF as a data URL': [{ body: 'data:image/tiff;base64,SUkqAA==' }, 415, /media type/],
  'a TIFF in a form': [
    { ...encoded(form([{ ...file, content: tiff }]).body), headers: photoForm.headers },
    415,
    /looks like a TIFF/,
  ],
  'a HEIC': [encoded(Buffer.from('\0\0\0\x18ftypheic\0\0', 'latin1')), 415, /like a HEIC/],
  'other bytes': [encoded(Buffer.from([1, 2, 3, 0])), 415, /not a JPEG/],
  text: [{ body: 'Hello!' }, 400, /not a JPEG.*, a data URL or hexadecimal/],
  'text, base64-encoded': [encoded(Buffer.from('zażółć gęślą')), 400, /not a JPEG/],
  JSON: [{ body: '{"body":"ffd8"}', headers: type('application/json') }, 400, /offset 0.* JSON/],
  HTML: [{ body: '<!doctype html><p>' }, 400, /looks like an HTML page/],
  SVG: [{ body: '<?xml version="1.0"?><svg/>' }, 400, /looks like an SVG drawing/],
  'bytes that were taken for text on their way': [
    { body: RED.toString('utf8') },
    415,
    /binary media type/,
  ],
  'a compressed body': [
    { ...encoded(RED), headers: { 'content-encoding': 'gzip' } },
    415,
    /Content-Encoding/,
  ],
  'a form without a boundary': [
    { ...encoded(photoForm.body), headers: type('multipart/form-data') },
    400,
    /no boundary/,
  ],
  'a form that is cut off': [
    { ...encoded(photoForm.body.subarray(0, -40)), headers: photoForm.headers },
    400,
    /damaged or truncated/,
  ],
  'a form with another boundary': [
    { ...encoded(photoForm.body), headers: type('multipart/form-data; boundary=other') },
    400,
    /multipart/,
  ],
  'a form without a file': [
    { ...encoded(form([{ name: 'image', content: 'red' }]).body), headers: type(formType) },
    400,
    /no file/,
  ],
  'a form with an empty file': [
    { ...encoded(form([{ ...file, content: '' }]).body), headers: type(formType) },
    400,
    /empty/,
  ],
  'a form with a great many parts': [
    {
      ...encoded(form(Array.from({ length: 101 }, () => ({ name: 'a', content: '' }))).body),
      headers: type(formType),
    },
    400,
    /more than 100 parts/,
  ],
  'a form with a file that is quoted-printable': [
    { ...encoded(transferEncoded('quoted-printable', '=FF=D8')), headers: type(formType) },
    415,
    /Content-Transfer-Encoding/,
  ],
  'a form with a head of 2,000 lines': [
    { ...encoded(withHead('x: y\r\n'.repeat(2000))), headers: type(formType) },
    400,
    /no file/,
  ],
  'a form with a head of 100 KB': [
    { ...encoded(withHead(`x: ${'y'.repeat(100_000)}\r\n`)), headers: type(formType) },
    400,
    /no file/,
  ],
  'a form that ends in a head of 100 KB': [
    {
      ...encoded(withHead(`x: ${'y'.repeat(100_000)}`).subarray(0, 90_000)),
      headers: type(formType),
    },
    400,
    /damaged or truncated/,
  ],
  'a form with a boundary of 300 characters': [
    {
      ...encoded(photoForm.body),
      headers: type(`multipart/form-data; boundary=${'b'.repeat(300)}`),
    },
    400,
    /too long/,
  ],
  'anything, with a long header': [
    { body: hex, headers: { accept: 'text/html,'.repeat(1000) } },
    431,
    /'accept' is longer than 8192/,
  ],
  'a data URL without a comma': [{ body: `data:image/jpeg;base64${hex}` }, 400, /no comma/],
  'a data URL with wrong base64': [{ body: 'data:image/jpeg;base64,/9j' }, 400, /multiple of 4/],
  'a data URL with a wrong percent-encoding': [{ body: 'data:image/jpeg,%ff%d' }, 400, /percent/],
  'a data URL without data': [{ body: 'data:image/jpeg;base64,' }, 400, /empty/],
  'a JPEG that is cut off': [encoded(RED.subarray(0, -20)), 422, /cannot be decoded: .*truncated/],
  'two bytes of a JPEG': [{ body: 'ffd8' }, 422, /cannot be decoded/],
};

const LIMITS = { limits: { stdinBytes: 40_000 } };

for (const kind of EVENT_KINDS) {
  describe(`The Lambda handler's body (${kind})`, () => {
    let handler: ClassificationHandler;
    before(() => {
      handler = colourHandler(LIMITS);
    });
    after(() => handler.close());

    for (const [what, request] of Object.entries(WELCOME)) {
      it(`may be ${what}`, async () => {
        const answer = await invoke(handler, kind, request);
        assert.deepEqual([answer.status, answer.body], [200, RED_SENTENCE]);
      });
    }

    for (const [what, [request, status, words]] of Object.entries(REFUSED)) {
      it(`is refused with ${status} where it is ${what}, and the next is served`, async () => {
        await refused(handler, kind, request, status, words);
        assert.equal((await invoke(handler, kind, { body: hex })).body, RED_SENTENCE);
      });
    }
  });
}

describe("The Lambda handler's body", () => {
  it('may have 6 MiB where no limit is set, and no byte more', async () => {
    await withHandler({}, async (handler) => {
      const padded = (bytes: number): Buffer =>
        Buffer.concat([RED, Buffer.alloc(bytes - RED.length)]);
      const answer = await invoke(handler, 'http-api', encoded(padded(6 << 20)));
      assert.deepEqual([answer.status, answer.body], [200, RED_SENTENCE]);
      await refused(handler, 'http-api', encoded(padded((6 << 20) + 1)), 413, /6291456 bytes/);
    });
  });

  it('is looked at before the guest is loaded', async () => {
    const handler = createHandler({ module: '/nonexistent', logger: false });
    await refused(handler, 'http-api', { body: 'x' }, 400, /unexpected character/);
    await handler.close();
  });
});

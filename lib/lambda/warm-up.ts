/**
 * A JPEG of 16 × 16 pixels in four colours, baseline and YCbCr like photographs. Decoding it takes
 * all of the guest's code paths in a few milliseconds.
 */
export const WARM_UP_JPEG: Uint8Array = Buffer.from(
  '/9j/2wBDAAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAj/' +
    'wAARCAAQABADAREAAhEAAxEA/8QAHAAAAAAJAAAAAAAAAAAAAAAAAAECAwQFBgcI/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/' +
    'aAAwDAQACAAMAAD8AcmZk0CMgBg0G5vDeIyAGDf/Z',
  'base64',
);

/** A rectangle in a picture, in pixels of the upright picture. It lies within the picture. */
export interface BoundingBox {
  /** Of its left edge, from the left edge of the picture. */
  x: number;
  /** Of its top edge, from the top edge of the picture. */
  y: number;
  /** 1 or more. */
  width: number;
  /** 1 or more. */
  height: number;
}

/** Something that was found in a picture. */
export interface Detection {
  /** The class, from 0; the background is none. */
  index: number;
  /** Its name, or `class N` where the model's labels have none. */
  label: string;
  /** 0 to 1. */
  score: number;
  /** Where it is. */
  box: BoundingBox;
}

/** What the guest for object detection answers in JSON. */
export interface DetectionAnswer {
  /** The model's name. */
  model: string;
  /** Of the picture, in pixels, Exif's orientation applied. */
  width: number;
  /** Of the picture, in pixels, Exif's orientation applied. */
  height: number;
  /** Whether a part of the picture was missing, which `damaged: 'accept'` allows; else absent. */
  damaged?: true;
  /** What was found, the best first. */
  detections: Detection[];
}

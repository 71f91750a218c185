/** A rectangle in pixels of the upright picture, clipped to it. */
export interface BoundingBox {
  /** Left edge, measured from the left edge of the picture. */
  x: number;
  /** Top edge, measured from the top edge of the picture. */
  y: number;
  /** 1 or more. */
  width: number;
  /** 1 or more. */
  height: number;
}

/** An object found in a picture. */
export interface Detection {
  /** The class, from 0, not counting the background. */
  index: number;
  /** Its label, or `class N` if the model has no label for it. */
  label: string;
  /** 0 to 1. */
  score: number;
  /** Its box. */
  box: BoundingBox;
}

/** The JSON answer of the guest for object detection. */
export interface DetectionAnswer {
  /** The model's name. */
  model: string;
  /** Of the picture in pixels, after applying Exif orientation. */
  width: number;
  /** Of the picture in pixels, after applying Exif orientation. */
  height: number;
  /**
   * True if a part of the picture was missing, which `damaged: 'accept'` allows; otherwise absent.
   */
  damaged?: true;
  /** The objects found, highest score first. */
  detections: Detection[];
}

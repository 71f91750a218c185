//! The forms of the answer.

use crate::detections::Detection;
use serde::Serialize;
use std::borrow::Cow;
use vision::html::escaped;
use vision::labels::Labels;
use vision::{json, Failure};

/// The names of things.
///
/// Classes are counted from 0 without the background, which TFLite_Detection_PostProcess omits. But
/// many label files begin with a line for it, and have lines for unused classes.
#[derive(Debug)]
pub struct Names {
    labels: Labels,
    /// The number of lines before that of class 0.
    first: usize,
}

/// Stands for a class without a name.
const NONE: &str = "???";

impl Names {
    /// From a label file.
    #[must_use]
    pub fn new(labels: Labels) -> Self {
        let is_background = |label: &str| label == NONE || label.eq_ignore_ascii_case("background");
        let first = usize::from(labels.line(0).is_some_and(is_background));
        Self { labels, first }
    }

    /// The name of class `index`, or `class INDEX` if it has none.
    #[must_use]
    pub fn get(&self, index: usize) -> Cow<'_, str> {
        match self.labels.line(index + self.first) {
            Some(name) if name != NONE => Cow::Borrowed(name),
            _ => Cow::Owned(format!("class {index}")),
        }
    }
}

/// A sentence that names what was found, as HTML, with a line feed.
#[must_use]
pub fn text(found: &[Detection], names: &Names) -> String {
    if found.is_empty() {
        return "Nothing that the model knows was found in the picture.\n".into();
    }
    let things: Vec<String> = found
        .iter()
        .map(|Detection { index, score, .. }| {
            format!("{} ({:.0}%)", escaped(&names.get(*index)), 100.0 * score)
        })
        .collect();
    format!("In the picture: {}\n", things.join(", "))
}

#[derive(Serialize)]
struct Answer<'a> {
    model: &'a str,
    width: usize,
    height: usize,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    damaged: bool,
    detections: Vec<Thing<'a>>,
}

#[derive(Serialize)]
struct Thing<'a> {
    index: usize,
    label: Cow<'a, str>,
    score: f32,
    #[serde(rename = "box")]
    bounds: Rectangle,
}

#[derive(Serialize)]
struct Rectangle {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

/// One line of JSON with what was found in a picture of `width` × `height` pixels, part of which
/// may have been missing.
///
/// # Errors
/// Like [`json::line`].
pub fn json(
    model: &str,
    (width, height): (usize, usize),
    found: &[Detection],
    names: &Names,
    damaged: bool,
) -> Result<String, Failure> {
    let thing = |&Detection { index, score, bounds }: &Detection| Thing {
        index,
        label: names.get(index),
        score,
        bounds: Rectangle { x: bounds.x, y: bounds.y, width: bounds.width, height: bounds.height },
    };
    let detections = found.iter().map(thing).collect();
    json::line(&Answer { model, width, height, damaged, detections })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detections::Bounds;

    fn names(text: &str) -> Names {
        Names::new(Labels::new(Some(text.into())))
    }

    fn found(index: usize, score: f32) -> Detection {
        Detection { index, score, bounds: Bounds { x: 1, y: 2, width: 30, height: 40 } }
    }

    #[test]
    fn the_background_is_no_class() {
        for first in ["", "???\n", "background\n", "Background\r\n", "\u{feff}???\n"] {
            let names = names(&format!("{first}person\nbicycle\n???\ncar\n"));
            let all: Vec<_> = (0..5).map(|index| names.get(index)).collect();
            assert_eq!(all, ["person", "bicycle", "class 2", "car", "class 4"], "{first:?}");
        }
        // Without text, the line is not one for the background.
        assert_eq!(names("\nperson").get(1), "person");
        assert_eq!(Names::new(Labels::new(None)).get(7), "class 7");
    }

    #[test]
    fn a_sentence() {
        let names = names("hot dog\n<b>Q&A</b>");
        assert_eq!(
            text(&[found(0, 0.756), found(1, 0.5), found(9, 1.0)], &names),
            "In the picture: hot dog (76%), &lt;b&gt;Q&amp;A&lt;/b&gt; (50%), class 9 (100%)\n"
        );
        assert!(text(&[], &names).contains("Nothing"));
    }

    #[test]
    fn one_line_of_json() {
        let names = names("hot \"dog\"");
        assert_eq!(
            json("m", (640, 480), &[found(0, 0.7), found(1, 0.5)], &names, false).unwrap(),
            "{\"model\":\"m\",\"width\":640,\"height\":480,\"detections\":[\
             {\"index\":0,\"label\":\"hot \\\"dog\\\"\",\"score\":0.7,\
             \"box\":{\"x\":1,\"y\":2,\"width\":30,\"height\":40}},\
             {\"index\":1,\"label\":\"class 1\",\"score\":0.5,\
             \"box\":{\"x\":1,\"y\":2,\"width\":30,\"height\":40}}]}\n"
        );
        let nothing = json("m", (1, 1), &[], &names, false).unwrap();
        let damaged = json("m", (1, 1), &[], &names, true).unwrap();
        assert!(damaged.contains(",\"damaged\":true,\"detections\":[]"));
        assert!(nothing.ends_with("\"detections\":[]}\n"));
    }
}

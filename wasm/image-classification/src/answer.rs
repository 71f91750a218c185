//! The two forms of the answer.

use crate::scores::Score;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write as _;
use vision::labels::Labels;
use vision::{html, json, Failure};

/// A score up to this one means that the picture shows nothing that the model knows: noise, plain
/// colours and gradients never score higher. models/default/README.md has the measurements.
const LARGEST_OF_NOTHING: u8 = 50;

/// The sentence about the best class, as HTML, with a line feed.
///
/// The label is percent-encoded in the address and escaped in the text.
#[must_use]
pub fn text(best: Score, labels: &Labels) -> String {
    let certainty = match best.score {
        201..=255 => "is very likely",
        126..=200 => "is likely",
        51..=125 => "could be",
        0..=LARGEST_OF_NOTHING => {
            return "It does not appear to be any known item in the picture.\n".into()
        }
    };
    let label = labels.get(best.index);
    format!(
        "It {certainty} a <a href='https://www.google.com/search?q={}'>{}</a> in the picture\n",
        percent_encoded(&label),
        html::escaped(&label)
    )
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    model: &'a str,
    classes: usize,
    known: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    damaged: bool,
    top_k: Vec<Class<'a>>,
}

/// The content of the JSON answer apart from the classes.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The host's name for the model.
    pub model: &'a str,
    /// The number of classes.
    pub classes: usize,
    /// Whether a part of the picture was missing.
    pub is_damaged: bool,
}

#[derive(Serialize)]
struct Class<'a> {
    index: usize,
    label: Cow<'a, str>,
    score: u8,
}

/// One line of JSON with the best classes, and whether the first is likely at all.
///
/// # Errors
/// Like [`json::line`].
pub fn json(told: &Told<'_>, best: &[Score], labels: &Labels) -> Result<String, Failure> {
    let known = best.first().is_some_and(|best| best.score > LARGEST_OF_NOTHING);
    let class = |&Score { index, score }: &Score| Class { index, label: labels.get(index), score };
    json::line(&Answer {
        model: told.model,
        classes: told.classes,
        known,
        damaged: told.is_damaged,
        top_k: best.iter().map(class).collect(),
    })
}

/// Everything except RFC 3986's unreserved characters becomes `%XX`.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        Labels::new(Some("hot dog\njack-o'-lantern\n<b>\"Q&A\" é</b>".into()))
    }

    fn sentence(index: usize, score: u8) -> String {
        text(Score { index, score }, &labels())
    }

    #[test]
    fn the_original_words() {
        let rest =
            " a <a href='https://www.google.com/search?q=hot%20dog'>hot dog</a> in the picture\n";
        assert_eq!(sentence(0, 255), format!("It is very likely{rest}"));
        assert_eq!(sentence(0, 201), format!("It is very likely{rest}"));
        assert_eq!(sentence(0, 200), format!("It is likely{rest}"));
        assert_eq!(sentence(0, 126), format!("It is likely{rest}"));
        assert_eq!(sentence(0, 125), format!("It could be{rest}"));
        assert_eq!(sentence(0, 51), format!("It could be{rest}"));
        let nothing = "It does not appear to be any known item in the picture.\n";
        assert_eq!(sentence(0, 50), nothing);
        assert_eq!(sentence(0, 0), nothing);
    }

    #[test]
    fn labels_are_escaped_for_where_they_stand() {
        assert!(sentence(1, 255).contains("q=jack-o%27-lantern'>jack-o&#39;-lantern<"));
        assert!(sentence(2, 255).contains(
            "q=%3Cb%3E%22Q%26A%22%20%C3%A9%3C%2Fb%3E'>&lt;b&gt;&quot;Q&amp;A&quot; é&lt;/b&gt;<"
        ));
    }

    #[test]
    fn one_line_of_json() {
        let best = [Score { index: 2, score: 228 }, Score { index: 3, score: 7 }];
        let told = Told { model: "my \"model\"", classes: 5, is_damaged: false };
        let line = json(&told, &best, &labels()).unwrap();
        assert_eq!(
            line,
            "{\"model\":\"my \\\"model\\\"\",\"classes\":5,\"known\":true,\"topK\":[\
             {\"index\":2,\"label\":\"<b>\\\"Q&A\\\" é</b>\",\"score\":228},\
             {\"index\":3,\"label\":\"class 3\",\"score\":7}]}\n"
        );
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok());
        let damaged = json(&Told { is_damaged: true, ..told }, &best, &labels()).unwrap();
        assert!(damaged.contains(",\"known\":true,\"damaged\":true,\"topK\":["));
    }

    #[test]
    fn what_is_not_likely_is_not_known() {
        let told = Told { model: "m", classes: 3, is_damaged: false };
        let line = |score| json(&told, &[Score { index: 0, score }], &labels()).unwrap();
        assert!(line(51).contains("\"known\":true"));
        assert!(line(50).contains("\"known\":false"));
        assert!(line(0).contains("\"known\":false"));
    }
}

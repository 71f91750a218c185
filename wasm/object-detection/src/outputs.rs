//! Identifies the model's outputs.
//!
//! TFLite_Detection_PostProcess has the outputs boxes, classes, scores and their number, and older
//! exports keep this order and its name. Those of TensorFlow 2 call them `StatefulPartitionedCall:`
//! and a number, in the order scores, boxes, number, classes, or in that of the operator. So a
//! meaningful name decides; otherwise the number of values, and for the two with the same number,
//! which of them can be classes.

use crate::model::OUTPUTS;

/// The outputs' values.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs {
    /// For each detection: top, left, bottom, right, as fractions of the picture's sides.
    pub boxes: Vec<f32>,
    /// Classes, not counting the background.
    pub classes: Vec<f32>,
    /// 0 to 1.
    pub scores: Vec<f32>,
    /// The number of detections.
    pub count: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Boxes,
    Classes,
    Scores,
    Count,
}

/// The operator's own order.
const ROLES: [Role; OUTPUTS] = [Role::Boxes, Role::Classes, Role::Scores, Role::Count];

/// The order in which TensorFlow 2's object detection API exports them.
const ROLES_OF_TENSORFLOW_2: [Role; OUTPUTS] =
    [Role::Scores, Role::Boxes, Role::Count, Role::Classes];

/// Identifies the outputs, each given by its name and its values.
///
/// # Errors
/// A sentence, if they are not the operator's outputs.
pub fn assign(outputs: [(&str, Vec<f32>); OUTPUTS]) -> Result<Outputs, String> {
    let lengths = outputs.each_ref().map(|(_, values)| values.len());
    let roles = by_name(outputs.each_ref().map(|(name, _)| *name))
        .or_else(|| by_values(outputs.each_ref().map(|(_, values)| &values[..])))
        .ok_or_else(|| unlike(&lengths))?;
    let (mut boxes, mut classes, mut scores, mut count) = (vec![], vec![], vec![], vec![]);
    for ((_, values), role) in outputs.into_iter().zip(roles) {
        *match role {
            Role::Boxes => &mut boxes,
            Role::Classes => &mut classes,
            Role::Scores => &mut scores,
            Role::Count => &mut count,
        } = values;
    }
    match count[..] {
        [count] if boxes.len() == 4 * scores.len() && classes.len() == scores.len() => {
            Ok(Outputs { boxes, classes, scores, count })
        }
        _ => Err(unlike(&lengths)),
    }
}

fn unlike(lengths: &[usize; OUTPUTS]) -> String {
    format!(
        "the model's outputs have {lengths:?} values; those of TFLite_Detection_PostProcess are 4 × N \
         of boxes, N classes, N scores and their number"
    )
}

/// Nothing unless the names identify all four.
fn by_name(names: [&str; OUTPUTS]) -> Option<[Role; OUTPUTS]> {
    let mut roles = [Role::Boxes; OUTPUTS];
    for (role, name) in roles.iter_mut().zip(names) {
        *role = role_of_name(name)?;
    }
    ROLES.iter().all(|role| roles.contains(role)).then_some(roles)
}

fn role_of_name(name: &str) -> Option<Role> {
    if let Some(number) = name.strip_prefix("TFLite_Detection_PostProcess") {
        return match number {
            "" | ":0" => Some(Role::Boxes),
            ":1" => Some(Role::Classes),
            ":2" => Some(Role::Scores),
            ":3" => Some(Role::Count),
            _ => None,
        };
    }
    let name = name.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let said = [
        (Role::Boxes, says(&["box", "location"])),
        (Role::Classes, says(&["class", "categor"])),
        (Role::Scores, says(&["score"])),
        (Role::Count, says(&["num", "count"])),
    ];
    let mut said = said.into_iter().filter(|(_, is_said)| *is_said);
    match (said.next(), said.next()) {
        (Some((role, _)), None) => Some(role),
        _ => None,
    }
}

fn by_values(values: [&[f32]; OUTPUTS]) -> Option<[Role; OUTPUTS]> {
    let lengths = values.map(<[f32]>::len);
    let position = |length: usize| lengths.iter().position(|&other| other == length);
    // The usual orders decide between outputs that could be either.
    let is_usual = |roles: &[Role; OUTPUTS]| {
        let boxes = roles.iter().position(|role| *role == Role::Boxes);
        lengths.iter().max().and_then(|&most| position(most)) == boxes
    };
    let usual = [ROLES, ROLES_OF_TENSORFLOW_2].into_iter().find(is_usual);
    let (boxes, count) = (position(*lengths.iter().max()?)?, position(1)?);
    let mut others = (0..OUTPUTS).filter(|&index| index != boxes && index != count);
    let (first, second) = (others.next()?, others.next()?);
    let could_be_classes = |index: usize| values[index].iter().all(|value| is_class(*value));
    // A single detection has one box, one class, one score.
    if lengths[first] == 1 {
        return usual;
    }
    let first_is_classes = match (could_be_classes(first), could_be_classes(second)) {
        (true, false) => true,
        (false, true) => false,
        _ => usual?[first] == Role::Classes,
    };
    let mut roles = [Role::Scores; OUTPUTS];
    roles[boxes] = Role::Boxes;
    roles[count] = Role::Count;
    roles[if first_is_classes { first } else { second }] = Role::Classes;
    Some(roles)
}

fn is_class(value: f32) -> bool {
    value >= 0.0 && value.fract() == 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOXES: [f32; 8] = [0.1, 0.2, 0.3, 0.4, 0.0, 0.0, 1.0, 1.0];
    const CLASSES: [f32; 2] = [17.0, 0.0];
    const SCORES: [f32; 2] = [0.75, 0.5];

    fn expected() -> Outputs {
        let (boxes, classes, scores) = (BOXES.to_vec(), CLASSES.to_vec(), SCORES.to_vec());
        Outputs { boxes, classes, scores, count: 2.0 }
    }

    fn values(role: Role) -> Vec<f32> {
        match role {
            Role::Boxes => BOXES.to_vec(),
            Role::Classes => CLASSES.to_vec(),
            Role::Scores => SCORES.to_vec(),
            Role::Count => vec![2.0],
        }
    }

    fn orders() -> Vec<[Role; 4]> {
        let mut orders = Vec::new();
        for code in 0..256 {
            let order = [0, 2, 4, 6].map(|shift| ROLES[(code >> shift) & 3]);
            if ROLES.iter().all(|role| order.contains(role)) {
                orders.push(order);
            }
        }
        assert_eq!(orders.len(), 24);
        orders
    }

    #[test]
    fn names_decide_in_any_order() {
        let operator = |role| match role {
            Role::Boxes => "TFLite_Detection_PostProcess",
            Role::Classes => "TFLite_Detection_PostProcess:1",
            Role::Scores => "TFLite_Detection_PostProcess:2",
            Role::Count => "TFLite_Detection_PostProcess:3",
        };
        let words = |role| match role {
            Role::Boxes => "detection_boxes",
            Role::Classes => "Detection_Classes:0",
            Role::Scores => "detection_scores",
            Role::Count => "num_detections",
        };
        for order in orders() {
            for name in [&operator as &dyn Fn(Role) -> &'static str, &words] {
                let outputs = order.map(|role| (name(role), values(role)));
                assert_eq!(assign(outputs), Ok(expected()));
            }
            // Names take precedence, even if the values could be either.
            let one = |role| match role {
                Role::Boxes => vec![0.0; 4],
                _ => vec![1.0],
            };
            let outputs = assign(order.map(|role| (operator(role), one(role)))).unwrap();
            assert_eq!(outputs.boxes, [0.0; 4]);
        }
    }

    #[test]
    fn without_names_the_values_decide_in_any_order() {
        for order in orders() {
            assert_eq!(assign(order.map(|role| ("", values(role)))), Ok(expected()));
            let named = order.map(|role| ("StatefulPartitionedCall:1", values(role)));
            assert_eq!(assign(named), Ok(expected()));
        }
    }

    #[test]
    fn what_could_be_either_is_as_exporters_have_it() {
        let either = |role| match role {
            Role::Boxes => vec![0.5; 8],
            Role::Classes => vec![1.0, 1.0],
            Role::Scores => vec![1.0, 0.0],
            Role::Count => vec![2.0],
        };
        for order in [ROLES, ROLES_OF_TENSORFLOW_2] {
            let outputs = assign(order.map(|role| ("", either(role)))).unwrap();
            assert_eq!((outputs.classes, outputs.scores), (vec![1.0, 1.0], vec![1.0, 0.0]));
        }
        let single = |role| match role {
            Role::Boxes => vec![0.5; 4],
            Role::Classes => vec![16.0],
            Role::Scores => vec![0.25],
            Role::Count => vec![1.0],
        };
        for order in [ROLES, ROLES_OF_TENSORFLOW_2] {
            let outputs = assign(order.map(|role| ("", single(role)))).unwrap();
            assert_eq!(outputs.scores, [0.25]);
            assert_eq!((outputs.classes, outputs.count), (vec![16.0], 1.0));
        }
    }

    #[test]
    fn other_lengths_are_refused() {
        let wrong: [[usize; 4]; 8] = [
            [0, 0, 0, 0],
            [0, 0, 0, 1],
            [8, 2, 2, 2],
            [8, 2, 3, 1],
            [12, 2, 2, 1],
            [1, 1, 1, 1],
            [4, 4, 4, 4],
            [8, 2, 1, 1],
        ];
        for lengths in wrong {
            for name in ["", "score"] {
                let outputs = lengths.map(|length| (name, vec![0.5; length]));
                let error = assign(outputs);
                assert!(
                    error.as_ref().is_err_and(|error| error.contains("values")),
                    "{lengths:?}: {error:?}"
                );
            }
            let names = ["boxes", "classes", "scores", "count"];
            let mut names = names.into_iter();
            let outputs = lengths.map(|length| (names.next().unwrap_or(""), vec![0.5; length]));
            assert_eq!(assign(outputs).is_ok(), lengths == [0, 0, 0, 1], "{lengths:?}");
        }
    }
}

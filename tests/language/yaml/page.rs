//! The page about the notation says what is so: its examples are read without a fault.

use crate::language::yaml::{read_yaml, told};

#[test]
fn the_examples_of_the_page_are_read() {
    let page = include_str!("../../../docs/yaml.md");
    let mut examples = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).peekable();
    assert!(examples.peek().is_some());
    for example in examples {
        assert_eq!(told(example, &read_yaml(example).1), Vec::<String>::new(), "{example}");
    }
}

//! Comments and empty lines, printed where they were read.

use crate::language::yaml::{read_yaml, told};
use campaign_engine::lang::format::yaml::print;

#[test]
fn comments_stay_where_they_are() {
    let text = "\
# About the campaign.
campaign: c   # beside

# Who
accounts: [p]

steps:
  # first
  - stop: a   # why
  - wait_up_to: 2 days
    # when it works
    when_accepted:
      - stop: b
      # at the end of the arm
    on_timeout: []
    # at the end of the wait
  # at the end of the steps

messages:
  # of a message
  hello: \"a\"
# the last word
";
    let printed = "\
# About the campaign.
campaign: c  # beside

# Who
accounts: [p]

messages:
  # of a message
  hello: \"a\"

steps:
  # first
  - stop: a  # why
  - wait_up_to: 2 days
    # when it works
    when_accepted:
      - stop: b
      # at the end of the arm
    on_timeout: []
    # at the end of the wait
  # at the end of the steps
# the last word
";
    let (file, faults) = read_yaml(text);
    assert_eq!(told(text, &faults), Vec::<String>::new());
    assert_eq!(print(&file), printed);
    assert_eq!(print(&read_yaml(printed).0), printed);
}

/// A comment that the tree has no place for goes to the statement around it.
#[test]
fn no_comment_is_lost() {
    let text = "campaign: c\nsteps:\n  - if: replied\n    # inside\n    then: [{stop: a}]\n  - stop: {as: b, # flow\n      because: \"x\"}\n";
    let (file, _) = read_yaml(text);
    let printed = print(&file);
    assert!(printed.contains("# inside") && printed.contains("# flow"), "{printed}");
    assert_eq!(print(&read_yaml(&printed).0), printed);
}

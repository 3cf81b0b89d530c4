//! The codes: a word, a title and a severity each. The page behind each stands in `lang/explain`.

use crate::lang::severity::Severity;

macro_rules! codes {
    ($($variant:ident $word:literal $severity:ident $title:literal,)*) => {
        /// What kind of fault a diagnostic tells of. Words are a contract: scripts and tests rely on them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $title] $variant,)* }

        impl Code {
            /// Every code, in the order of LANGUAGE.md §9.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word for it.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Half a sentence that says what it is.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// Error or warning.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// Only rows of a list are at fault: they stay out, the others can run.
            pub fn is_about_rows(self) -> bool {
                matches!(self, Self::ValueMissing)
            }

            /// The code of that word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.word() == word)
            }
        }
    };
}

codes! {
    MissingEnd "missing-end" Error "a block is never closed",
    ExtraEnd "extra-end" Error "an `end` that closes nothing",
    WrongEndName "wrong-end-name" Error "an `end NAME` that names another block",
    TypographicQuote "typographic-quote" Error "curly quotes around a text",
    UnterminatedText "unterminated-text" Error "a text that never ends",
    UnknownKeyword "unknown-keyword" Error "a word that begins no statement here",
    Unexpected "unexpected" Error "something the language has no place for here",
    WrongOperator "wrong-operator" Error "an operator of another language",
    BadName "bad-name" Error "a name that is not lower_case, or is a keyword",
    BadDuration "bad-duration" Error "a length of time that cannot be read",
    BadCron "bad-cron" Error "a cron expression that cannot be read",
    BadRegex "bad-regex" Error "a pattern that cannot be read",
    BadTemplate "bad-template" Error "a template that cannot be read, or does what templates may not",
    MissingTimeout "missing-timeout" Error "a wait for an event without `on timeout`",
    FallsOffEnd "falls-off-end" Error "a path that ends without an outcome",
    UnboundedRepeat "unbounded-repeat" Error "a repeat without a literal number of times",
    SplitSum "split-sum" Error "shares that do not add up to 100",
    RecursivePart "recursive-part" Error "a part that calls itself",
    TwoWorkspaces "two-workspaces" Error "a second workspace in one folder",
    UnknownName "unknown-name" Error "a name that nothing has",
    DuplicateName "duplicate-name" Error "a name given twice",
    Unused "unused" Warning "something declared that nothing uses",
    FileMissing "file-missing" Error "a file that is not there",
    FileTooLarge "file-too-large" Error "a file that is too large",
    FileType "file-type" Error "a file of a kind that cannot be used",
    FileOutside "file-outside" Error "a file outside the folder",
    UnknownField "unknown-field" Error "a field that the contacts do not declare",
    ColumnMissing "column-missing" Error "a needed column that the list does not have",
    ValueMissing "value-missing" Error "rows without a value that is needed",
    UnguardedField "unguarded-field" Error "a field that may be missing, used without `or` or `if`",
    TypeMismatch "type-mismatch" Error "a comparison of two kinds of things",
    TextTooLong "text-too-long" Error "a text that is too long for somebody",
    UnbalancedSpintax "unbalanced-spintax" Error "spintax that does not close, or offers no choice",
    LanguageMissing "language-missing" Warning "a language that one message has and another has not",
    NotARelation "not-a-relation" Error "a message to somebody who is no relation on this path",
    AlreadyInvited "already-invited" Error "a second invitation while the first is pending or accepted",
    SecondInmail "second-inmail" Error "a second InMail on one path",
    InmailUnchecked "inmail-unchecked" Warning "an InMail without a look at credits or openness",
    NothingToWithdraw "nothing-to-withdraw" Error "a withdrawal where no path ever invited",
    ReinviteTooSoon "reinvite-too-soon" Error "an invitation within three weeks of a withdrawal",
    Unreachable "unreachable" Error "a statement that no path reaches",
    ArmNeverFires "arm-never-fires" Error "an arm whose event cannot happen",
    HandlerNeverFires "handler-never-fires" Error "a handler whose event cannot happen",
    SendAfterReply "send-after-reply" Warning "a send after a reply that nobody classified",
    TooHasty "too-hasty" Warning "sends that follow each other too fast",
    PendingOverflow "pending-overflow" Warning "more pending invitations than the ceiling",
    NeverOpen "never-open" Error "a schedule that is never open",
    UnknownZone "unknown-zone" Error "a time zone nobody knows",
    LoosensLimit "loosens-limit" Error "a campaign that allows more than its workspace",
    CannotFinish "cannot-finish" Warning "accounts that cannot carry the list",
    TwoCampaignsOnePerson "two-campaigns-one-person" Warning "one person in two campaigns",
    Oversubscribed "oversubscribed" Warning "campaigns that together ask more than the accounts may do",
    VersionNotRaised "version-not-raised" Error "a changed campaign with an unchanged version",
    UnmappedLabel "unmapped-label" Error "people at a label that the migration does not name",
    MapsIntoFalsehood "maps-into-falsehood" Error "a migration into a place whose facts do not hold",
    MassSend "mass-send" Warning "a migration that sends to many at once",
    YamlSyntax "yaml-syntax" Error "text that is no YAML",
    UnknownKey "unknown-key" Error "a key that has no place here",
    YamlAlias "yaml-alias" Error "an anchor, alias, merge key or tag",
    WrongType "wrong-type" Error "a value of another kind than the key takes",
    TooLarge "too-large" Error "more than the tool takes",
}

//! What a world is made of: a workspace, a campaign, its list, the people behind it, and what goes wrong.

use crate::lab::LabFault;
use crate::lab::rig::told;
use crate::model::id::draw;
use std::path::Path;

/// The far side's default accounts, without a ramp: what is tried is the order of things, not the pace.
const WORKSPACE: &str = "workspace acme
  account lina
    id \"acc_linkedin_1\"
    channel linkedin
    tier sales_navigator
    owner \"lina@acme.example\"
  end
  account marc
    id \"acc_linkedin_2\"
    channel linkedin
    tier classic
    owner \"marc@acme.example\"
  end
  pool sdrs lina, marc
  schedule
    send monday to sunday 00:00-24:00
    timezone \"UTC\"
    gap 1 to 2 minutes
  end
  limits per account
    invites 100 a day, 200 a week
    messages 5000 a day
    inmails 100 a day, 400 a month
    visits 500 a day
    ramp up over 1 day from 100%
  end
end
";

/// Invite, wait, message, wait, message, InMail.
const CAMPAIGN: &str = "campaign intro version 1
  accounts from pool sdrs
  outcomes neutral no_answer, unreachable
  contacts from \"a.csv\"
    need first_name, linkedin
    enter once
  end
  message hello
    \"Hi {{ first_name }}, shall we connect?\"
  end
  message hi
    \"Good to meet you, {{ first_name }}.\"
  end
  message nudge
    \"{{ first_name }}, is this better in a month?\"
  end
  message cold
    subject \"A question\"
    \"{{ first_name }}, one question?\"
  end
  steps
    connect: invite with hello
    accept: wait up to 12 hours
      when accepted
        wait 1 to 3 hours
        first: send hi
        wait 2 hours
        second: send nudge
        wait 6 hours
        stop as no_answer
      on timeout
        withdraw invite
        if open profile or account has inmail credit
          mail: send inmail cold
          wait 2 hours
          stop as no_answer
        else
          stop as unreachable
        end
    end
  end
end
";

/// Message after message to relations who say nothing.
const ENDLESS: &str = "campaign steady version 1
  accounts from pool sdrs
  outcomes neutral no_answer
  contacts from \"a.csv\"
    need first_name, linkedin
    enter once
  end
  message nudge
    \"{{ first_name }}, is this better now?\"
  end
  steps
    if connected
      nudges: repeat up to 500 times, 1 hours apart
        send nudge
      end
    end
    stop as no_answer
  end
end
";

/// Calls that the trouble falls on. Registering webhooks and the first look at the accounts are left alone: the engine
/// tries those again a second of real time later, and would do little else.
const ROUTES: [&str; 5] = ["POST /users", "POST /chats", "DELETE /users", "GET /users", "GET /chats"];

/// What goes wrong, and in how many of ten thousand calls. Silence is rare: a call waits a minute of real time for it to end.
const TROUBLES: [(&str, u32); 13] = [
    ("500-after", 200),
    ("500-before", 200),
    ("502-after", 100),
    ("504-after", 150),
    ("504-before", 100),
    ("429", 100),
    ("429-retry-after", 100),
    ("reset", 150),
    ("reset-before", 100),
    ("truncated", 100),
    ("200-without-id", 100),
    ("timeout", 15),
    ("timeout-before", 15),
];

/// What becomes of webhooks, and how far lists lag: less than the engine waits before it reads them.
const HEARSAY: &str = r#"{"kind": "list-lag", "route": "GET /chats", "share": 0.2, "for": "8m"},
  {"kind": "webhook-twice", "share": 0.05},
  {"kind": "webhook-late", "share": 0.05},
  {"kind": "webhook-lost", "share": 0.05}"#;

/// The faults file.
fn faults() -> String {
    let rules = ROUTES.iter().flat_map(|route| {
        TROUBLES.iter().map(move |(kind, share)| {
            format!("{{\"kind\": \"{kind}\", \"route\": \"{route}\", \"share\": {}}},\n  ", f64::from(*share) / 10_000.0)
        })
    });
    format!("[\n  {}{HEARSAY}\n]\n", rules.collect::<String>())
}

/// A scene, before it is written down.
#[derive(Debug, Clone)]
pub struct Scene {
    /// People on the list.
    pub people: u64,
    /// Do its people never come to an end?
    pub is_endless: bool,
    /// Does anything go wrong?
    pub is_troubled: bool,
    /// How people behave comes of it.
    pub seed: u64,
}

impl Scene {
    /// Has it a faults file?
    pub fn has_faults(&self) -> bool {
        self.is_troubled
    }

    /// Writes its files.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), LabFault> {
        let mut list = "first_name,linkedin\n".to_owned();
        let mut people = "identifier,accepts_after,replies_after,reply,relation,open_profile\n".to_owned();
        for nth in 0..self.people {
            list.push_str(&format!("P{nth},https://www.linkedin.com/in/p-{nth}/\n"));
            people.push_str(&self.person(nth));
        }
        let campaign = if self.is_endless { ENDLESS } else { CAMPAIGN };
        let files = [("workspace.camp", WORKSPACE), ("intro.camp", campaign), ("a.csv", &list), ("people.csv", &people)];
        std::fs::create_dir_all(folder).map_err(told(format!("cannot make {}", folder.display())))?;
        let faults = faults();
        for (name, text) in files.into_iter().chain(self.is_troubled.then_some(("faults.json", faults.as_str()))) {
            std::fs::write(folder.join(name), text).map_err(told(format!("cannot write {name}")))?;
        }
        Ok(())
    }

    /// Two of three accept, some of them late; one of eight replies; the others take an InMail.
    fn person(&self, nth: u64) -> String {
        if self.is_endless {
            return format!("p-{nth},,,,yes,\n");
        }
        let drawn = |word: &[u8], of: u64| draw(&[word, &self.seed.to_le_bytes(), &nth.to_le_bytes()]) % of;
        let accepts = if drawn(b"accepts", 3) < 2 { format!("{}m", 10 + drawn(b"when", 700)) } else { String::new() };
        let (after, reply) = match drawn(b"replies", 16) {
            0 => (format!("{}m", 5 + drawn(b"reply", 200)), "Yes, call me on Friday"),
            1 => (format!("{}m", 5 + drawn(b"reply", 200)), "Please do not write to me again."),
            _ => (String::new(), ""),
        };
        format!("p-{nth},{accepts},{after},\"{reply}\",,{}\n", if drawn(b"open", 4) == 0 { "yes" } else { "" })
    }
}

//! Lines in which something happens: people and the world do what the script says, at the minute it says.

use crate::model::account::Channel;
use crate::model::event::{Event, Verdict};
use crate::model::id::{EffectKey, TaskId};
use crate::model::script::{Act, When};
use crate::model::time::{MINUTE_MS, Timestamp};
use crate::runtime::command::Command;
use crate::sim::postpress::deed::Deed;
use crate::sim::script::stage::Stage;
use crate::sim::world::TownFault;

/// A line that cannot be played, or is not fulfilled: what is the case instead.
pub(super) type Line = Result<(), Vec<String>>;

impl Stage<'_> {
    /// Plays an act. A day's acts happen at its opening minute; one after another, a minute apart.
    pub fn act(&mut self, when: When, act: &Act) -> Result<Line, TownFault> {
        let at = match self.act_at(when) {
            Ok(at) => at,
            Err(instead) => return Ok(Err(vec![instead])),
        };
        self.pass(at)?;
        self.cursor = at;
        if self.contact.is_none() {
            return Ok(Err(vec![format!("the contact never entered: {}", self.left_out())]));
        }
        let done = match act {
            Act::Accepts => self.deed_on(Channel::Linkedin, &Deed::Accept)?,
            Act::Replies(text) => self.deed(&Deed::Write(text.clone()))?,
            Act::Reads => self.deed(&Deed::Read)?,
            Act::Reacts(emoji) => self.deed(&Deed::React(emoji.clone()))?,
            Act::OwnerWrites(text) => self.deed(&Deed::ByHand(text.clone()))?,
            Act::Disconnects => self.deed_on(self.campaign.channel, &Deed::SignOut)?,
            Act::Reconnects => self.deed_on(self.campaign.channel, &Deed::SignIn)?,
            Act::Named(name) => self.event(name)?,
            Act::OwnerApproves => self.judge(Verdict::Approved)?,
            Act::OwnerRejects => self.judge(Verdict::Rejected)?,
        };
        self.settle()?;
        Ok(done)
    }

    fn act_at(&self, when: When) -> Result<Timestamp, String> {
        let earliest = self.cursor.plus_ms(MINUTE_MS);
        let When::Day { day, minute } = when else { return Ok(earliest) };
        let moment = minute.map_or_else(|| self.days.opening(day), |minute| self.days.at_minute(day, minute));
        if self.days.end(day) < earliest {
            return Err(format!("day {day} is over: the line before is of {}", self.days.moment(self.cursor)));
        }
        Ok(moment.max(earliest))
    }

    fn deed(&mut self, deed: &Deed) -> Result<Line, TownFault> {
        let line = self.line()?;
        Ok(self.happen(line, deed))
    }

    fn deed_on(&mut self, channel: Channel, deed: &Deed) -> Result<Line, TownFault> {
        let line = self.line_on(channel)?;
        Ok(self.happen(line, deed))
    }

    fn happen(&mut self, line: Option<(String, String)>, deed: &Deed) -> Line {
        let Some((account, person)) = line else { return Err(vec!["no account speaks to the contact".to_owned()]) };
        self.town.world.happen(&account, &person, deed).map_err(|undone| vec![undone.to_string()])
    }

    /// The owner's word on the task that was asked last and waits.
    fn judge(&mut self, verdict: Verdict) -> Result<Line, TownFault> {
        let Some(id) = self.contact else { return Ok(Ok(())) };
        let tasks = self.town.enrollment(id)?.map(|enrollment| enrollment.tasks).unwrap_or_default();
        let waits = [tasks.handler, tasks.path].into_iter().flatten().filter(|asked| asked.verdict.is_none());
        let Some(asked) = waits.max_by_key(|asked| asked.visit) else {
            return Ok(Err(vec!["no task waits for the owner".to_owned()]));
        };
        let task = TaskId(EffectKey { enrollment: id, visit: asked.visit });
        self.town.happen(id, &Event::Task { task, verdict })?;
        Ok(Ok(()))
    }

    fn event(&mut self, name: &str) -> Result<Line, TownFault> {
        let enrollments = self.contact.into_iter().collect();
        let command = Command::Event { enrollments, name: name.to_owned(), data: None };
        Ok(self.town.command(&command)?.map(|_| ()).map_err(|because| vec![because]))
    }
}

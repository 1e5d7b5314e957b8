package reminders

// Outcome is what became of an occurrence at one stage. It is closed: it labels logs and counts.
type Outcome string

// The outcomes, in the order of the stages.
const (
	OutcomeDue         Outcome = "due"                // it was planned
	OutcomeQuiet       Outcome = "muted-quiet"        // moved out of the quiet hours
	OutcomeWeekend     Outcome = "muted-weekend"      // moved to a working day
	OutcomeHoliday     Outcome = "muted-holiday"      // likewise
	OutcomePaused      Outcome = "muted-paused"       // the subscription is paused: nothing is posted
	OutcomeChanged     Outcome = "superseded-changed" // the subscription is gone, or has no such run any more
	OutcomeLater       Outcome = "superseded-later"   // a later run is due as well, and asks for the same
	OutcomeNothing     Outcome = "superseded-nothing" // all it would ask is closed, snoozed or stopped
	OutcomeSkipped     Outcome = "skipped"            // missed by more than a day
	OutcomeBusy        Outcome = "claimed-elsewhere"  // another replica is sending it
	OutcomeRepeat      Outcome = "claimed-before"     // it was sent before
	OutcomeClaimed     Outcome = "claimed"            // this replica sends it
	OutcomePaced       Outcome = "paced"              // its channel had a message less than a second ago
	OutcomeSent        Outcome = "sent"
	OutcomeSentLate    Outcome = "sent-late"  // as a make-up
	OutcomeFound       Outcome = "sent-found" // it had been posted before its record was lost
	OutcomeThrottled   Outcome = "retry-throttled"
	OutcomeUnavailable Outcome = "retry-unavailable"
	OutcomeSelfPaused  Outcome = "failed-paused" // the channel is gone: the subscription paused itself
	OutcomeDead        Outcome = "failed-dead"   // it is a dead letter
)

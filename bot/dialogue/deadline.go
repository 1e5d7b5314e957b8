package dialogue

import (
	"time"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/markdown"
	"cobijo/knowledge/understand"
	"cobijo/locales"
)

// limit is the time limit to ask for asylum in a country, nil where none is known.
func (t *turn) limit(country string) *guidance.Limit {
	if f := t.base.Guidance.Facts(country); f != nil {
		return f.Deadline
	}
	return nil
}

// askDate asks for the day of entry, after which the last day to apply is computed.
func (t *turn) askDate() {
	if !t.known(t.s.Country) {
		t.s.Awaits = awaitDate
		t.say(Reply{Kind: Clarify, Topic: "deadlines", Ask: awaitCountry, Text: t.text("date_country"), Choices: append(t.countryChoices(func(code string) string { return actCountry + ":" + code }), t.choice(actMenu, "btn_menu"))})
		return
	}
	if l := t.limit(t.s.Country); l == nil || l.Unit == guidance.NoLimit {
		t.introduce()
		t.s.Topic, t.s.Mode = "deadlines", Guidance
		t.say(t.entryReply(t.s.Country, "deadlines", answerParts{}))
		return
	}
	t.s.Awaits = awaitDate
	t.say(Reply{Kind: Clarify, Country: t.s.Country, Topic: "deadlines", Text: t.text("ask_date"), Choices: []Choice{t.choiceOf(actEntry, t.s.Country+"/deadlines", "btn_no_date"), t.choice(actMenu, "btn_menu")}})
}

// datesEntry answers a message that tells the day of entry with the last day to apply. The day is not kept.
func (t *turn) datesEntry(r *understand.Reading, awaited string) bool {
	asked := awaited == awaitDate
	about := r.Top().Topic == "deadlines" && r.Entered
	if t.s.Topic == "deadlines" && t.s.Mode == Guidance { // a day that stands alone is that of entry, too
		about = about || r.Entered && r.Content <= 6 || r.Content <= 1
	}
	if r.Unclear && (asked || about) {
		t.s.Awaits = awaitDate
		t.say(Reply{Kind: Clarify, Topic: "deadlines", Text: t.text("date_unclear"), Choices: []Choice{t.choice(actMenu, "btn_menu")}})
		return true
	}
	if r.Date.IsZero() || !asked && !about {
		return false
	}
	country := guidance.Regional
	if t.known(t.s.Country) {
		country = t.s.Country
	}
	l := t.limit(country)
	if l == nil || l.Unit == guidance.NoLimit {
		return false // the entry says what is known
	}
	t.introduce()
	t.s.Topic, t.s.Mode = "deadlines", Guidance
	reply := t.entryReply(country, "deadlines", answerParts{dated: t.lastDay(l, r.Date)})
	reply.Score = max(r.Top().Score, 0.5)
	t.say(reply)
	return true
}

// lastDay says until when somebody who came in on a day may apply. Holidays are not known here, so working days are counted
// without them: the day named is never later than the law's.
func (t *turn) lastDay(l *guidance.Limit, entered time.Time) string {
	last := Deadline(l, entered)
	y, m, d := t.now.Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	left := int(last.Sub(today).Hours() / 24)
	args := locales.Args{"Entered": t.day(entered), "Last": t.day(last), "Limit": t.texts.Count(t.s.Lang, "limit_"+underscored(l.Unit), l.Amount)}
	text := ""
	switch {
	case left < 0:
		text = t.text("date_passed", args) + " " + l.Late.In(t.s.Lang)
	case left == 0:
		text = t.text("date_today", args)
	default:
		args["Left"] = t.texts.Count(t.s.Lang, "days_left", left)
		text = t.text("date_last", args)
	}
	if left >= 0 && len(l.From) > 0 {
		text += " " + t.text("date_from", locales.Args{"From": markdown.Escape(l.From.In(t.s.Lang))})
	}
	if l.Unit == guidance.WorkingDays && left >= 0 {
		text += " " + t.text("date_holidays")
	}
	return text + "\n\n" + t.text("date_not_kept")
}

func underscored(s string) string {
	if s == guidance.WorkingDays {
		return "working_days"
	}
	return s
}

// Deadline is the last day of a limit that began with the day of entry, which is not counted.
func Deadline(l *guidance.Limit, entered time.Time) time.Time {
	switch l.Unit {
	case guidance.Days:
		return entered.AddDate(0, 0, l.Amount)
	case guidance.Months:
		return clampMonths(entered, l.Amount)
	case guidance.Years:
		return clampMonths(entered, 12*l.Amount)
	}
	day := entered
	for n := 0; n < l.Amount; {
		day = day.AddDate(0, 0, 1)
		if wd := day.Weekday(); wd != time.Saturday && wd != time.Sunday {
			n++
		}
	}
	return day
}

// clampMonths adds months; the 31st becomes the last day of a shorter month, not a day of the next.
func clampMonths(t time.Time, n int) time.Time {
	y, m, d := t.Date()
	first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	lastDay := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d, lastDay)-1)
}

package dialogue

import (
	"slices"
	"strings"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/understand"
)

// The bars of understanding, read off the cross-validation of the examples (make eval prints what they give).
const (
	answerBar  = 0.22 // the likeliest topic: above it is answered
	strangeBar = 0.36 // the same, where nothing shows that the message is about this assistant's subject
	clarifyBar = 0.12 // above it the likeliest are offered; below, nothing is known
	alsoBar    = 0.16 // a second topic as likely as this was perhaps asked too
)

// A short message leans on what was said before: the topic of before, and those that stand beside it, are likelier.
const (
	leanWords   = 10
	leanSame    = 2.0
	leanRelated = 1.4

	leanContent  = 3
	leanOffTopic = 0.4
)

// lean weighs the topics of a short message by what was talked about.
func (t *turn) lean(r *understand.Reading) {
	if t.s.Topic == "" || t.s.Mode != Guidance || r.Words > leanWords {
		return
	}
	weights := map[string]float32{t.s.Topic: leanSame}
	if e := t.base.Guidance.Find(guidance.Regional, t.s.Topic, t.s.Lang); e != nil {
		for _, related := range e.Related {
			weights[related] = leanRelated
		}
	}
	r.Weigh(weights)
	if r.Content <= leanContent {
		r.OffTopic *= leanOffTopic // in the middle of a talk "how long does it take?" is about what it was about
	}
}

// decide chooses between guidance, commitments, small talk and nothing.
func (t *turn) decide(r *understand.Reading, awaited string) {
	t.moveTo(r)
	t.lean(r)
	query := t.base.Understand.Statement(r)
	switch {
	case t.datesEntry(r, awaited):
	case t.asksComparison(r):
		t.compareCountries(r)
	case t.namesOffice(r):
	case t.namesCountry(r, query, awaited):
	case t.asksCommitments(r, query):
		t.commitments(r, query)
	case t.followsUp(r):
	case r.Menu >= 0.5 && r.Menu > r.Guidance():
		t.smallTalk(r)
	case r.OffTopic >= 0.5, r.OffTopic > r.Top().Score && r.OffTopic > r.Guidance()/2:
		t.nothing(r)
	default:
		t.guidance(r)
	}
}

// sureTopic is how likely a topic must be for a message that names an office or a paper to be about that topic.
const sureTopic = 0.5

// namesOffice answers a message that names no more than an office or a paper ("what is COMAR?", "TVRH").
func (t *turn) namesOffice(r *understand.Reading) bool {
	if r.About == nil || r.About.Country != t.s.Country || r.Menu > sureTopic {
		return false
	}
	topic := r.About.About()
	if top := r.Top(); top.Score >= sureTopic {
		topic = top.Topic
	}
	t.answerTopic(topic, r, max(r.Top().Score, sureTopic))
	return true
}

// namesCountry answers a message that says no more than where somebody is: with what the button of that country does, or,
// before anything was asked, with what there is for that country.
func (t *turn) namesCountry(r *understand.Reading, q understand.StatementQuery, awaited string) bool {
	if r.Content > 0 || len(r.Countries) != 1 || !t.known(r.Countries[0]) || len(q.IDs) > 0 {
		return false
	}
	code := r.Countries[0]
	for _, id := range t.s.Offered {
		act, of, _ := strings.Cut(id, ":")
		if country, _, _ := strings.Cut(of, "/"); country == code && slices.Contains([]string{actCountry, actEntry, actEmergency}, act) && t.offersCountries(act) {
			t.press(id)
			return true
		}
	}
	if t.s.Mode == Commitments || t.s.Topic != "" {
		return false
	}
	t.introduce()
	return t.chooseCountry(code, awaited)
}

// offersCountries tells whether the last reply asked for a country, with buttons that do the same for each.
func (t *turn) offersCountries(act string) bool {
	n := 0
	for _, id := range t.s.Offered {
		if strings.HasPrefix(id, act+":") {
			n++
		}
	}
	return n > len(t.base.Guidance.Countries)/2
}

// moveTo takes the country that the message names. A country change changes the country only.
func (t *turn) moveTo(r *understand.Reading) {
	if len(r.Countries) > 0 && t.known(r.Countries[0]) && (len(t.s.Participants) == 0 || t.s.Mode != Commitments || r.Commitments < 0.5) {
		t.s.Country = r.Countries[0]
	}
}

// followsUp answers a message that says no more than a place, or "and for my child?": the topic is that of before.
func (t *turn) followsUp(r *understand.Reading) bool {
	if t.s.Topic == "" || t.s.Mode == Commitments {
		return false
	}
	named := slices.ContainsFunc(r.Mentions, func(m understand.Mention) bool { return m.Place.Country != "" })
	switch {
	case r.Content == 0 && named && r.Words <= 12:
		// "and in Guatemala?"
	case r.Points && r.Menu < 0.5 && r.Words <= 8:
		// "it is for my boy"
	case r.Content <= 1 && r.Menu < 0.5 && r.OffTopic < 0.6 && r.Top().Score < 0.5 && r.Words > 1 && r.Words <= 8:
		// "and for my children too?"
	default:
		return false
	}
	if len(r.Countries) == 0 && named && r.Content == 0 {
		return false // only where somebody comes from was said
	}
	t.answerTopic(t.s.Topic, r, 0.9)
	return true
}

// guidance answers with the entry of the likeliest topic.
func (t *turn) guidance(r *understand.Reading) {
	top := r.Top()
	bar := float32(answerBar)
	if !r.Domain && !t.known(t.s.Country) && t.s.Topic == "" {
		bar = strangeBar
	}
	switch {
	case top.Score >= bar:
		t.answerTopic(top.Topic, r, top.Score)
	case top.Score >= clarifyBar:
		t.clarify(r)
	default:
		t.nothing(r)
	}
}

// answerTopic answers on a topic, for the country that is known, or for two that were named side by side.
func (t *turn) answerTopic(topic string, r *understand.Reading, score float32) {
	t.introduce()
	country := guidance.Regional
	if t.known(t.s.Country) {
		country = t.s.Country
	}
	var also string
	if second := r.Topics[1]; second.Topic != topic && second.Score >= alsoBar {
		also = second.Topic
	}
	reply := t.entryReply(country, topic, answerParts{also: also, rumour: t.base.Understand.Rumour(r, country), child: r.Child})
	reply.Score = score
	for _, alt := range r.Topics[1:4] {
		reply.Alternatives = append(reply.Alternatives, Alternative{country + "/" + alt.Topic, alt.Score})
	}
	t.s.Topic, t.s.Mode = topic, Guidance
	t.nearMentioned(&reply, r)
	t.say(reply)
	if len(r.Countries) > 1 {
		t.others(r.Countries[1:], topic)
	}
}

// clarify offers the likeliest topics.
func (t *turn) clarify(r *understand.Reading) {
	t.introduce()
	country := guidance.Regional
	if t.known(t.s.Country) {
		country = t.s.Country
	}
	reply := Reply{Kind: Clarify, Text: t.text("clarify"), Country: country, Topic: r.Top().Topic, Score: r.Top().Score}
	for _, s := range r.Topics[:3] {
		reply.Choices = append(reply.Choices, t.topicChoice(s.Topic))
		reply.Alternatives = append(reply.Alternatives, Alternative{country + "/" + s.Topic, s.Score})
	}
	reply.Choices = append(reply.Choices, t.choice(actMenu, "btn_menu"), t.choice(actPerson, "btn_person"))
	t.say(reply)
}

// nothing says that the assistant does not know, and who does.
func (t *turn) nothing(r *understand.Reading) {
	text := t.text("unknown")
	if t.known(t.s.Country) {
		text += "\n\n" + t.whoKnows(t.s.Country)
	} else {
		text += "\n\n" + t.whoKnows(guidance.Regional)
	}
	t.say(Reply{Kind: None, Text: text, Country: t.s.Country, Choices: append([]Choice{t.choice(actPerson, "btn_person")}, t.menuChoices()...)})
	if r.OffTopic < 0.8 {
		t.effects = append(t.effects, Effect{Unanswered: true, Country: t.s.Country, Topic: r.Top().Topic})
	}
}

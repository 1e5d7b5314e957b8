package dialogue

import (
	"slices"
	"strings"

	"cobijo/knowledge/guidance"
)

// What pressing a choice does: the part of its id before the colon. An id is short and says all, so that a button from last
// week works today.
const (
	actMenu         = "menu"
	actGroup        = "group"   // group:asylum
	actTopic        = "topic"   // topic:deadlines, in the chat's country
	actEntry        = "entry"   // entry:mx/deadlines
	actMore         = "more"    // more:mx/deadlines
	actElsewhere    = "where"   // where:deadlines, the same in another country
	actCountry      = "country" // country:mx; country: without a code asks
	actLanguage     = "lang"    // lang:es; lang: without a code asks
	actYes          = "yes"     // yes:mx/deadlines, the answer was useful
	actNo           = "no"      // no:mx/deadlines
	actPerson       = "person"
	actEmergency    = "emergency"
	actNeutral      = "neutral"
	actPrivacy      = "privacy"
	actForget       = "forget"
	actAbout        = "about"
	actCampaigns    = "campaigns"
	actCoverage     = "coverage" // coverage:mx
	actDate         = "date"     // when must I apply by
	actComplain     = "complain"
	actPack         = "pack"    // a text to keep
	actCompare      = "compare" // compare:deadline, across countries
	actCommitments  = "commitments"
	actParticipants = "participants" // participants:0, a page of them
	actParticipant  = "participant"  // participant:mx
	actThemes       = "themes"       // themes:0
	actTheme        = "theme"        // theme:detention
	actOf           = "of"           // of:mx/detention
	actFound        = "found"        // found:5, the page of the last search that begins there
	actCommitment   = "commitment"   // commitment:mx-04
	actPreamble     = "preamble"     // preamble:0
)

// choice makes a choice without a parameter.
func (t *turn) choice(act, label string) Choice { return Choice{ID: act, Label: t.text(label)} }

func (t *turn) choiceOf(act, of, label string) Choice {
	return Choice{ID: act + ":" + of, Label: t.text(label)}
}

func (t *turn) topicChoice(topic string) Choice {
	return Choice{ID: actTopic + ":" + topic, Label: t.base.Guidance.Topic(topic).Title.In(t.s.Lang)}
}

func (t *turn) menuChoices() []Choice {
	return t.menus.get(t.now, t.s.Lang, func() []Choice { return slices.Clip(t.writeMenu()) })
}

func (t *turn) writeMenu() []Choice {
	var cs []Choice
	for _, g := range t.base.Guidance.Groups {
		if g.ID != "campaign" {
			cs = append(cs, Choice{ID: actGroup + ":" + g.ID, Label: g.Title.In(t.s.Lang)})
		}
	}
	return append(cs,
		t.choice(actCampaigns, "btn_campaigns"),
		t.choice(actDate, "btn_date"),
		t.choiceOf(actCompare, compareAll, "btn_compare"),
		t.choice(actPack, "btn_pack"),
		t.choice(actEmergency, "btn_emergency"),
		t.choice(actPerson, "btn_person"),
		t.choice(actCountry, "btn_country"),
		t.choice(actLanguage, "btn_language"),
		t.choice(actCommitments, "btn_commitments"),
		t.choice(actComplain, "btn_complain"),
		t.choice(actPrivacy, "btn_privacy"),
		t.choice(actNeutral, "btn_neutral"),
	)
}

func (t *turn) languageChoices() []Choice {
	var cs []Choice
	for _, lang := range t.texts.Langs() {
		cs = append(cs, Choice{ID: actLanguage + ":" + lang, Label: t.texts.Text(lang, "language_name")})
	}
	return cs
}

// countryChoices offers each country; id gives the choice's id for a country's code.
func (t *turn) countryChoices(id func(code string) string) []Choice {
	var cs []Choice
	for _, c := range t.base.Guidance.Countries {
		if c.Code != guidance.Regional {
			cs = append(cs, Choice{ID: id(c.Code), Label: c.Flag + " " + c.Name.In(t.s.Lang)})
		}
	}
	slices.SortStableFunc(cs, func(a, b Choice) int {
		_, a.Label, _ = strings.Cut(a.Label, " ")
		_, b.Label, _ = strings.Cut(b.Label, " ")
		return strings.Compare(a.Label, b.Label)
	})
	return cs
}

// press does what a choice says. An id that means nothing (any more) brings the menu, kindly.
func (t *turn) press(id string) {
	awaited := t.s.Awaits
	t.s.Awaits = ""
	act, of, _ := strings.Cut(id, ":")
	if !t.pressGuidance(act, of) && !t.pressCommitments(act, of) && !t.pressMenu(act, of, awaited) {
		t.say(Reply{Kind: Menu, Text: t.text("stale"), Choices: t.menuChoices()})
	}
}

func (t *turn) pressMenu(act, of, awaited string) bool {
	switch act {
	case actMenu:
		t.menu()
	case actGroup:
		return t.group(of)
	case actCampaigns:
		t.campaigns()
	case actCountry:
		return t.chooseCountry(of, awaited)
	case actLanguage:
		return t.chooseLanguage(of)
	case actPerson:
		t.person()
	case actEmergency:
		return t.pressEmergency(of)
	case actNeutral:
		t.neutral()
	case actPrivacy:
		t.privacy()
	case actForget:
		t.forget()
	case actAbout:
		t.about()
	case actCoverage:
		return t.coverage(of)
	case actDate:
		t.askDate()
	case actComplain:
		t.complain()
	case actPack:
		t.pack()
	case actCompare:
		return t.compareAll(of)
	default:
		return false
	}
	return true
}

func (t *turn) pressGuidance(act, of string) bool {
	country, topic, _ := strings.Cut(of, "/")
	switch act {
	case actTopic:
		country, topic = guidance.Regional, of
		if t.known(t.s.Country) {
			country = t.s.Country
		}
		fallthrough
	case actEntry, actMore:
		if t.country(country) == nil || t.base.Guidance.Topic(topic) == nil {
			return false
		}
		t.introduce()
		if t.known(country) {
			t.s.Country = country
		}
		t.s.Topic, t.s.Mode = topic, Guidance
		t.say(t.entryReply(country, topic, answerParts{more: act == actMore}))
	case actElsewhere:
		if t.base.Guidance.Topic(of) == nil {
			return false
		}
		t.say(Reply{Kind: Clarify, Text: t.text("which_country"), Topic: of, Choices: t.countryChoices(func(code string) string { return actEntry + ":" + code + "/" + of })})
	case actYes, actNo:
		if t.country(country) == nil || t.base.Guidance.Topic(topic) == nil {
			return false
		}
		useful := act == actYes
		t.effects = append(t.effects, Effect{Useful: &useful, Country: country, Topic: topic})
		text, choices := t.text("thanks_yes"), []Choice{t.choice(actMenu, "btn_menu")}
		if !useful {
			text, choices = t.text("thanks_no"), []Choice{t.choice(actPerson, "btn_person"), t.choiceOf(actElsewhere, topic, "btn_elsewhere"), t.choice(actMenu, "btn_menu")}
		}
		t.say(Reply{Kind: Menu, Text: text, Choices: choices})
	default:
		return false
	}
	return true
}

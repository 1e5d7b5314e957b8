package dialogue

import (
	"fmt"
	"strings"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/markdown"
	"cobijo/knowledge/understand"
	"cobijo/locales"
)

// welcome is the first contact: who this is, what is kept, and in which language and country to talk.
func (t *turn) welcome() {
	t.s.Introduced = true
	text := t.text("welcome", locales.Args{"Operator": markdown.Escape(t.operator)}) + "\n\n" + t.text("intro_kept") + "\n\n**" + t.text("ask_country") + "**"
	t.s.Awaits = awaitCountry
	choices := t.languageChoices()
	choices = append(choices, t.countryChoices(func(code string) string { return actCountry + ":" + code })...)
	choices = append(choices, t.choice(actMenu, "btn_skip"), t.choice(actEmergency, "btn_emergency"), t.choice(actPrivacy, "btn_privacy"))
	t.say(Reply{Kind: Menu, Text: text, Choices: choices})
}

func (t *turn) menu() {
	t.introduce()
	text := t.text("menu")
	if t.known(t.s.Country) {
		c := t.country(t.s.Country)
		text = c.Flag + " **" + c.Name.In(t.s.Lang) + "**\n\n" + text
	}
	t.say(Reply{Kind: Menu, Text: text, Choices: t.menuChoices()})
}

// smallTalk answers greetings, thanks and questions about the assistant itself.
func (t *turn) smallTalk(r *understand.Reading) {
	if !t.s.Introduced {
		t.welcome()
		return
	}
	t.say(Reply{Kind: Menu, Text: t.text("small_talk"), Score: r.Menu, Choices: t.menuChoices()})
}

// group lists the topics of a group.
func (t *turn) group(id string) bool {
	for _, g := range t.base.Guidance.Groups {
		if g.ID != id {
			continue
		}
		reply := Reply{Kind: Menu, Text: "**" + g.Title.In(t.s.Lang) + "**\n\n" + t.text("choose_topic")}
		for _, topic := range t.base.Guidance.Topics {
			if topic.Group == id {
				reply.Choices = append(reply.Choices, t.topicChoice(topic.ID))
			}
		}
		reply.Choices = append(reply.Choices, t.choice(actMenu, "btn_menu"))
		t.say(reply)
		return true
	}
	return false
}

// campaigns is the information campaigns: dangers of the journey, scams and rumours, discrimination, and what was promised on them.
func (t *turn) campaigns() {
	t.say(Reply{Kind: Menu, Text: t.text("campaigns"), Choices: []Choice{
		t.topicChoice("journey-risks"), t.topicChoice("fees-and-scams"), t.topicChoice("discrimination"), t.topicChoice("trafficking"),
		{ID: actTheme + ":information-campaigns", Label: t.text("btn_campaign_promises")}, t.choice(actMenu, "btn_menu"),
	}})
}

// chooseCountry takes the country, or asks for it. Where an answer waits for it, that answer comes.
func (t *turn) chooseCountry(code, awaited string) bool {
	if code == "" {
		t.s.Awaits = awaitCountry
		t.say(Reply{Kind: Menu, Text: t.text("ask_country"), Choices: append(t.countryChoices(func(code string) string { return actCountry + ":" + code }), t.choice(actMenu, "btn_skip"))})
		return true
	}
	if !t.known(code) {
		return false
	}
	t.s.Country = code
	if awaited == awaitDate {
		t.askDate()
		return true
	}
	c := t.country(code)
	cov := t.base.Guidance.Coverage(code, t.s.Lang)
	text := fmt.Sprintf("%s **%s**\n\n%s", c.Flag, c.Name.In(t.s.Lang), t.text("country_set"))
	if cov.Have < cov.Of {
		text += "\n\n" + t.covered(code)
	}
	t.say(Reply{Kind: Menu, Text: text, Country: code, Choices: append(t.menuChoices(), t.choiceOf(actCoverage, code, "btn_coverage"))})
	return true
}

// chooseLanguage takes the language, or asks for it.
func (t *turn) chooseLanguage(lang string) bool {
	if lang != "" {
		if lang, ok := t.texts.Match(lang); ok {
			t.s.Lang, t.s.LangChosen = lang, true
			if !t.s.Introduced {
				t.welcome()
				return true
			}
			t.say(Reply{Kind: Menu, Text: t.text("language_set"), Choices: t.menuChoices()})
			return true
		}
	}
	t.say(Reply{Kind: Menu, Text: t.texts.Text("es", "ask_language") + " / " + t.texts.Text("en", "ask_language"), Choices: t.languageChoices()})
	return true
}

func (t *turn) privacy() {
	t.say(Reply{Kind: Menu, Text: t.text("privacy", locales.Args{"Operator": markdown.Escape(t.operator)}), Choices: []Choice{t.choice(actForget, "btn_forget"), t.choice(actMenu, "btn_menu")}})
}

// forget erases the chat's memory and says what was erased.
func (t *turn) forget() {
	var erased []string
	if t.s.Lang != "" {
		erased = append(erased, t.text("erased_language"))
	}
	if t.s.Country != "" {
		erased = append(erased, t.text("erased_country"))
	}
	if t.s.Topic != "" || len(t.s.Found) > 0 || len(t.s.Participants) > 0 {
		erased = append(erased, t.text("erased_topic"))
	}
	lang := t.s.Lang
	t.effects = append(t.effects, Effect{Forget: true})
	text := t.text("forgotten", locales.Args{"List": strings.Join(erased, ", ")})
	t.s = Session{}
	t.replies = append(t.replies, Reply{Kind: Menu, Lang: lang, Text: text})
}

func (t *turn) about() {
	text := t.text("about", locales.Args{
		"Operator":    markdown.Escape(t.operator),
		"Date":        t.date(t.base.Guidance.Reviewed()),
		"Countries":   len(t.base.Guidance.Countries) - 1,
		"Topics":      len(t.base.Guidance.Topics),
		"Commitments": len(t.base.Statement.Commitments),
	})
	t.say(Reply{Kind: Menu, Text: text, Choices: []Choice{t.choiceOf(actCoverage, guidance.Regional, "btn_coverage"), t.choice(actPrivacy, "btn_privacy"), t.choice(actComplain, "btn_complain"), t.choice(actMenu, "btn_menu")}})
}

// covered says exactly what there is for a country.
func (t *turn) covered(code string) string {
	cov := t.base.Guidance.Coverage(code, t.s.Lang)
	args := locales.Args{"Country": t.country(code).Name.In(t.s.Lang), "Of": cov.Of}
	if cov.Have == 0 {
		return t.text("covered_none", args)
	}
	args["Date"] = t.date(cov.Oldest)
	return t.texts.Count(t.s.Lang, "covered", cov.Have, args)
}

// coverage tells for a country, or for each, what there is and what is missing.
func (t *turn) coverage(code string) bool {
	if t.country(code) == nil {
		return false
	}
	var b strings.Builder
	if t.known(code) {
		b.WriteString(t.covered(code))
		if missing := t.base.Guidance.Coverage(code, t.s.Lang).Missing; len(missing) > 0 {
			var titles []string
			for _, id := range missing {
				titles = append(titles, t.base.Guidance.Topic(id).Title.In(t.s.Lang))
			}
			b.WriteString(" " + t.text("covered_missing", locales.Args{"List": strings.Join(titles, ", ")}))
		}
	} else {
		for _, c := range t.base.Guidance.Countries {
			fmt.Fprintf(&b, "- %s %s\n", c.Flag, t.covered(c.Code))
		}
	}
	t.say(Reply{Kind: Menu, Text: b.String(), Country: code, Choices: []Choice{t.choice(actCountry, "btn_country"), t.choice(actMenu, "btn_menu")}})
	return true
}

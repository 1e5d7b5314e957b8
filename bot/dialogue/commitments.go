package dialogue

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cobijo/knowledge/markdown"
	"cobijo/knowledge/statement"
	"cobijo/knowledge/understand"
	"cobijo/locales"
)

const (
	pageSize      = 5
	keptFound     = 40 // of a search, for paging
	buttonsOnPage = 10 // participants or themes offered at once
)

// asksCommitments tells whether a message asks what was promised: it says so, or goes on after such a question.
func (t *turn) asksCommitments(r *understand.Reading, q understand.StatementQuery) bool {
	switch {
	case len(q.IDs) > 0:
		return true
	case r.Content == 0 && t.s.Mode == Guidance:
		return false // "and Chile?" goes on with what was asked
	case len(q.Participants) == 0 && q.Theme == "" && !q.Says && r.Commitments < 0.6:
		// nothing in it shows what could be searched for
	case r.Commitments >= 0.4, r.Commitments > r.Guidance() && r.Commitments > r.OffTopic && r.Commitments > r.Menu:
		return true
	case q.Heads && r.Commitments >= 0.01 && t.s.Mode != Guidance:
		return true
	case len(q.Participants) > 1 && r.Commitments >= 0.1:
		return true // two beside each other are compared
	case (q.Says || len(q.Participants) > 0) && r.Commitments >= 0.2, q.Says && len(q.Participants) > 0 && r.Commitments >= 0.05:
		return true
	}
	if t.s.Mode != Commitments {
		return false
	}
	// "and Panama?", "only about children": it names nothing but what can be searched by.
	return r.Words <= 6 && (len(q.Participants) > 0 || q.Theme != "") && r.Top().Score < 0.6 && r.Menu < 0.5
}

// commitments answers from the statement. A short question keeps what it does not change: the participant or the theme.
func (t *turn) commitments(r *understand.Reading, q understand.StatementQuery) {
	if t.s.Mode == Commitments && r.Words <= 6 && len(q.IDs) == 0 && !q.Says {
		if len(q.Participants) == 0 && q.Group == "" && !asksWho(r) {
			q.Participants = t.s.Participants
		}
		if q.Theme == "" && len(q.Participants) > 0 {
			q.Theme = t.s.Theme
		}
	} else if q.Theme == "" && len(q.Participants) > 0 && t.s.Mode == Guidance && saysThat(r) {
		q.Theme = themeOf[t.s.Topic] // "and what did Mexico commit to on that?"
	}
	t.introduce()
	t.s.Participants, t.s.Theme, t.s.Mode = q.Participants, q.Theme, Commitments
	if len(q.IDs) == 1 {
		t.commitment(q.IDs[0])
		return
	}
	found := t.base.Understand.Search(q)
	t.s.Found = t.s.Found[:0:0]
	for _, f := range found[:min(len(found), keptFound)] {
		t.s.Found = append(t.s.Found, f.Commitment.ID)
	}
	var head []string
	for _, id := range q.Participants {
		if p := t.base.Statement.Participant(id); p.Commitments == 0 {
			head = append(head, p.Note.In(t.s.Lang))
		}
	}
	own := func(f understand.Found) bool { return f.Commitment.Participant != statement.Joint }
	if len(q.Participants) > 0 && len(head) == 0 && len(found) > 0 && !slices.Contains(q.Participants, statement.Joint) && !slices.ContainsFunc(found, own) {
		head = append(head, t.text("only_joint"))
	}
	switch {
	case len(found) == 0 && len(q.Participants) == 1 && q.Theme == "" && len(head) > 0:
		t.joint(head)
	case len(found) == 0:
		t.say(Reply{Kind: Commitments, Text: strings.Join(append(head, t.text("none_found")), "\n\n"), Choices: t.commitmentChoices()})
	case len(q.Participants) == 2 && t.base.Statement.Participant(q.Participants[0]).Commitments > 0 && t.base.Statement.Participant(q.Participants[1]).Commitments > 0:
		t.compare(q, found, r.Commitments)
	default:
		t.list(0, t.title(q, len(found)), head, r.Commitments)
	}
}

// saysThat tells whether a message points back: "on that", "sobre eso".
func saysThat(r *understand.Reading) bool {
	return r.HasAny("eso", "esto", "ese", "that", "this", "it", "ello")
}

// asksWho tells whether a message asks for other participants: "who else", "quién más".
func asksWho(r *understand.Reading) bool {
	return r.HasAny("quien", "quienes", "who", "which", "otros", "others", "mas", "else")
}

// title says what was searched for and how much was found.
func (t *turn) title(q understand.StatementQuery, n int) string {
	var what []string
	for _, id := range q.Participants {
		what = append(what, t.base.Statement.Participant(id).Name.In(t.s.Lang))
	}
	if th := t.base.Statement.Theme(q.Theme); th != nil {
		what = append(what, th.Title.In(t.s.Lang))
	}
	count := t.texts.Count(t.s.Lang, "found", n)
	if len(what) == 0 {
		return "**" + count + "**"
	}
	return "**" + markdown.Escape(strings.Join(what, " · ")) + "** — " + count
}

// joint shows the joint commitments, for a participant that has none of its own.
func (t *turn) joint(head []string) {
	joint := t.base.Statement.Select(statement.Filter{Participants: []string{statement.Joint}})
	for _, c := range joint {
		t.s.Found = append(t.s.Found, c.ID)
	}
	t.list(0, "**"+t.text("joint_title")+"**", head, 1)
	// They are not the participant's own: what was asked for has no answer of its own.
	t.replies[len(t.replies)-1].Commitments = nil
}

// quoted is up to how many commitments are quoted at once; of more, a list gives the titles.
const quoted = 3

// list shows a page of what was found, from the n-th on.
func (t *turn) list(from int, title string, head []string, score float32) {
	ids := t.s.Found
	to := min(from+pageSize, len(ids))
	lines := append(slices.Clone(head), title)
	reply := Reply{Kind: Commitments, Commitments: slices.Clone(ids[from:]), Score: score}
	for _, id := range ids[from:to] {
		c := t.base.Statement.Commitment(id)
		lines = append(lines, t.line(c))
		if len(ids) <= quoted {
			lines = append(lines, "> "+markdown.Escape(c.Text.In(t.s.Lang)))
		}
		reply.Choices = append(reply.Choices, Choice{ID: actCommitment + ":" + id, Label: id})
	}
	if len(ids) <= quoted && t.s.Lang != "en" {
		lines = append(lines, "*"+t.text("unofficial")+"*")
	}
	if to < len(ids) {
		reply.Choices = append(reply.Choices, t.choiceOf(actFound, strconv.Itoa(to), "btn_next"))
	}
	if from > 0 {
		reply.Choices = append(reply.Choices, t.choiceOf(actFound, strconv.Itoa(max(from-pageSize, 0)), "btn_previous"))
	}
	lines = append(lines, "*"+t.text("cite_document")+"*")
	reply.Text = strings.Join(lines, "\n\n")
	reply.Choices = append(reply.Choices, t.commitmentChoices()...)
	t.say(reply)
}

// line is a commitment in a list: its id, who, what in short.
func (t *turn) line(c *statement.Commitment) string {
	return fmt.Sprintf("**%s** · %s: %s (%s)", c.ID, markdown.Escape(t.base.Statement.Participant(c.Participant).Name.In(t.s.Lang)),
		markdown.Escape(c.Title.In(t.s.Lang)), t.text("page_number", locales.Args{"Page": c.Page}))
}

// compare shows two participants side by side, as far as a chat has sides.
func (t *turn) compare(q understand.StatementQuery, found []understand.Found, score float32) {
	lines := []string{t.title(q, len(found))}
	reply := Reply{Kind: Commitments, Score: score}
	for _, id := range q.Participants {
		p := t.base.Statement.Participant(id)
		n := 0
		for _, f := range found {
			n += btoi(f.Commitment.Participant == id)
		}
		lines = append(lines, "**"+markdown.Escape(p.Name.In(t.s.Lang))+"** — "+t.texts.Count(t.s.Lang, "found", n))
		shown := 0
		for _, f := range found {
			if f.Commitment.Participant == id && shown < pageSize {
				shown++
				lines = append(lines, fmt.Sprintf("- **%s** %s", f.Commitment.ID, markdown.Escape(f.Commitment.Title.In(t.s.Lang))))
				reply.Choices = append(reply.Choices, Choice{ID: actCommitment + ":" + f.Commitment.ID, Label: f.Commitment.ID})
			}
		}
		if shown == 0 {
			lines = append(lines, t.text("none_on_this"))
		}
	}
	for _, f := range found {
		reply.Commitments = append(reply.Commitments, f.Commitment.ID)
	}
	lines = append(lines, "*"+t.text("cite_document")+"*")
	reply.Text = strings.Join(lines, "\n\n")
	reply.Choices = append(reply.Choices, t.commitmentChoices()...)
	t.say(reply)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// commitment shows one whole: its words, where they stand, and what is known of it.
func (t *turn) commitment(id string) bool {
	c := t.base.Statement.Commitment(id)
	if c == nil {
		return false
	}
	p := t.base.Statement.Participant(c.Participant)
	lines := []string{fmt.Sprintf("**%s · %s**", c.ID, markdown.Escape(c.Title.In(t.s.Lang)))}
	quote := "> " + markdown.Escape(c.Text.In(t.s.Lang))
	lines = append(lines, t.text("kind_"+c.Kind, locales.Args{"Who": "**" + markdown.Escape(p.Name.In(t.s.Lang)) + "**"}), quote)
	if t.s.Lang != "en" {
		lines = append(lines, "*"+t.text("unofficial")+"*")
	}
	lines = append(lines, "*"+t.text("cite", locales.Args{"Page": c.Page})+"*")
	var themes []string
	for _, th := range c.Themes {
		themes = append(themes, t.base.Statement.Theme(th).Title.In(t.s.Lang))
	}
	lines = append(lines, t.text("themes", locales.Args{"List": strings.Join(themes, ", ")}))
	lines = append(lines, t.standings(id)...)
	for _, l := range c.Links {
		lines = append(lines, markdown.Escape(l.Note.In(t.s.Lang)))
	}
	t.s.Mode = Commitments
	reply := Reply{Kind: Commitments, Text: strings.Join(lines, "\n\n"), Commitments: []string{id}, Score: 1}
	reply.Choices = append(reply.Choices, Choice{ID: actParticipant + ":" + c.Participant, Label: t.text("btn_all_of", locales.Args{"Who": clip(p.Name.In(t.s.Lang), 24)})})
	for _, th := range c.Themes[:min(len(c.Themes), 2)] {
		reply.Choices = append(reply.Choices, Choice{ID: actTheme + ":" + th, Label: t.text("btn_who_else", locales.Args{"Theme": t.base.Statement.Theme(th).Title.In(t.s.Lang)})})
	}
	if len(t.s.Found) > 1 {
		reply.Choices = append(reply.Choices, t.choiceOf(actFound, "0", "btn_back_list"))
	}
	reply.Choices = append(reply.Choices, t.choice(actMenu, "btn_menu"))
	t.say(reply)
	return true
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimRight(string(r[:n-1]), " ,(") + "…"
}

// standings says what was reported of a commitment, and where nothing was, so.
func (t *turn) standings(id string) []string {
	var lines []string
	if t.standing != nil {
		for _, s := range t.standing(id) {
			by := "standing_assessed"
			if s.Claimed {
				by = "standing_claimed"
			}
			status := t.text("standing_" + strings.ReplaceAll(s.Status, "-", "_"))
			lines = append(lines, t.text(by, locales.Args{"Status": status, "Date": t.day(s.AsOf)}))
		}
	}
	if len(lines) == 0 {
		lines = append(lines, t.text("status_none"))
	}
	return lines
}

func (t *turn) commitmentChoices() []Choice {
	return []Choice{t.choiceOf(actParticipants, "0", "btn_participants"), t.choiceOf(actThemes, "0", "btn_themes"), t.choice(actMenu, "btn_menu")}
}

func (t *turn) commitmentsMenu() {
	t.introduce()
	t.s.Mode = Commitments
	text := t.text("commitments_menu", locales.Args{"N": len(t.base.Statement.Commitments)})
	t.say(Reply{Kind: Menu, Text: text, Choices: append([]Choice{t.choiceOf(actPreamble, "0", "btn_preamble")}, t.commitmentChoices()...)})
}

func (t *turn) pressCommitments(act, of string) bool {
	switch act {
	case actCommitments:
		t.commitmentsMenu()
	case actParticipants:
		return t.pages(act, of, len(t.base.Statement.Participants), "choose_participant", func(i int) Choice {
			p := t.base.Statement.Participants[i]
			return Choice{ID: actParticipant + ":" + p.ID, Label: clip(p.Name.In(t.s.Lang), 40)}
		})
	case actThemes:
		return t.pages(act, of, len(t.base.Statement.Themes), "choose_theme", func(i int) Choice {
			th := t.base.Statement.Themes[i]
			return Choice{ID: actTheme + ":" + th.ID, Label: th.Title.In(t.s.Lang)}
		})
	case actParticipant, actTheme, actOf:
		return t.pressFilter(act, of)
	case actFound:
		from, err := strconv.Atoi(of)
		if err != nil || from < 0 || from >= len(t.s.Found) {
			return false
		}
		q := understand.StatementQuery{Participants: t.s.Participants, Theme: t.s.Theme}
		t.list(from, t.title(q, len(t.s.Found)), nil, 1)
	case actCommitment:
		t.introduce()
		return t.commitment(of)
	case actPreamble:
		return t.preamble(of)
	default:
		return false
	}
	return true
}

// pressFilter shows the commitments of a participant, a theme, or both ("mx/detention").
func (t *turn) pressFilter(act, of string) bool {
	var q understand.StatementQuery
	switch act {
	case actParticipant:
		q.Participants = []string{of}
	case actTheme:
		q.Theme = of
	default:
		participant, theme, _ := strings.Cut(of, "/")
		q.Participants, q.Theme = []string{participant}, theme
	}
	for _, p := range q.Participants {
		if t.base.Statement.Participant(p) == nil {
			return false
		}
	}
	if q.Theme != "" && t.base.Statement.Theme(q.Theme) == nil {
		return false
	}
	t.s.Mode = Guidance // no leaning on what was asked before
	t.commitments(&understand.Reading{Commitments: 1, Words: 99}, q)
	return true
}

// pages offers things to choose from, so many at once.
func (t *turn) pages(act, of string, n int, text string, choice func(i int) Choice) bool {
	from, err := strconv.Atoi(of)
	if err != nil || from < 0 || from >= n {
		return false
	}
	reply := Reply{Kind: Menu, Text: t.text(text)}
	to := min(from+buttonsOnPage, n)
	for i := from; i < to; i++ {
		reply.Choices = append(reply.Choices, choice(i))
	}
	if to < n {
		reply.Choices = append(reply.Choices, t.choiceOf(act, strconv.Itoa(to), "btn_next"))
	}
	if from > 0 {
		reply.Choices = append(reply.Choices, t.choiceOf(act, strconv.Itoa(max(from-buttonsOnPage, 0)), "btn_previous"))
	}
	reply.Choices = append(reply.Choices, t.choice(actMenu, "btn_menu"))
	t.say(reply)
	return true
}

// preamble quotes the recitals: context, no commitment.
func (t *turn) preamble(of string) bool {
	i, err := strconv.Atoi(of)
	recitals := t.base.Statement.Recitals
	if err != nil || i < 0 || i >= len(recitals) {
		return false
	}
	r := recitals[i]
	lines := []string{
		"**" + t.text("preamble_title", locales.Args{"I": i + 1, "N": len(recitals)}) + "**", "> " + markdown.Escape(r.Text.In(t.s.Lang)),
		"*" + t.text("cite", locales.Args{"Page": r.Page}) + "*",
	}
	if t.s.Lang != "en" {
		lines = append(lines, "*"+t.text("unofficial")+"*")
	}
	reply := Reply{Kind: Commitments, Text: strings.Join(lines, "\n\n")}
	if i+1 < len(recitals) {
		reply.Choices = append(reply.Choices, t.choiceOf(actPreamble, strconv.Itoa(i+1), "btn_next"))
	}
	if i > 0 {
		reply.Choices = append(reply.Choices, t.choiceOf(actPreamble, strconv.Itoa(i-1), "btn_previous"))
	}
	reply.Choices = append(reply.Choices, t.commitmentChoices()...)
	t.say(reply)
	return true
}

package slack

import (
	"context"
	"errors"
	"slices"
	"strconv"

	api "github.com/slack-go/slack"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/bot/outbox"
	"cobijo/bot/render"
	"cobijo/knowledge/statement"
	"cobijo/locales"
)

// The acts: what stands in an action_id before the number. They are never given another meaning, for old messages bear them.
const (
	actSay     = "say"     // choice of the dialogue
	actList    = "list"    // query, from
	actShow    = "show"    // commitment
	actCompare = "compare" // query of two participants
	actShare   = "share"   // act and its args
	actExport  = "export"  // format, query
	actLang    = "lang"    // es
	actHelp    = "help"
	actHistory = "history" // commitment
)

var errPanic = errors.New("panic while answering")

func asSend(err error, e **outbox.SendError) bool { return errors.As(err, e) }

// act does what a press means.
func (c *Channel) act(ctx context.Context, p *press, lang string) error {
	if !p.ok {
		return c.stale(ctx, p, lang)
	}
	if p.act == actSay && arg(p.args, 0) != "" {
		r := &request{asker: p.asker, id: "", said: dialogue.Message{Choice: p.args[0]}}
		return c.inTurn(ctx, r)
	}
	if p.act == actShare {
		return c.share(ctx, p, lang)
	}
	if p.act == actExport {
		q, _ := c.queryOf(p.args[min(1, len(p.args)):])
		return c.export(ctx, &p.asker, lang, arg(p.args, 0), q)
	}
	if p.act == actLang {
		return c.chooseLanguage(ctx, &p.asker, arg(p.args, 0), lang)
	}
	if s := c.pageOf(ctx, lang, p.act, p.args); s != nil {
		p.replace = p.replace || p.act == actList && p.private() && p.ts != "" // pages of a list are turned where it stands
		return c.say(ctx, &p.asker, s)
	}
	if done, err := c.actReminder(ctx, p, lang); done {
		return err
	}
	return c.stale(ctx, p, lang)
}

// pageOf writes what an act shows, nil where it shows nothing (any more).
func (c *Channel) pageOf(ctx context.Context, lang, act string, args []string) *sheet {
	switch act {
	case actList:
		q, rest := c.queryOf(args)
		from, _ := strconv.Atoi(arg(rest, 0))
		return c.listSheet(ctx, lang, q, from)
	case actShow:
		if one := c.base.Statement.Commitment(arg(args, 0)); one != nil {
			return c.cardSheet(ctx, lang, one)
		}
	case actHistory:
		if one := c.base.Statement.Commitment(arg(args, 0)); one != nil {
			return c.historySheet(ctx, lang, one)
		}
	case actCompare:
		if q, _ := c.queryOf(args); len(q.participants) == 2 {
			return c.compareSheet(ctx, lang, q)
		}
	case actSay:
		replies, err := c.service.Aside(dialogue.Session{Lang: lang, LangChosen: true, Introduced: true, Staff: true}, dialogue.Message{Choice: arg(args, 0)})
		if err == nil && len(replies) > 0 {
			return c.sheetOf(ctx, replies[len(replies)-1])
		}
	case actHelp:
		return c.helpSheet(lang)
	case actProgress:
		q, _ := c.queryOf(args)
		return c.progressSheet(ctx, lang, q)
	}
	return nil
}

// share shows in the channel what one person saw alone, as what that person shared.
func (c *Channel) share(ctx context.Context, p *press, lang string) error {
	s := c.pageOf(ctx, lang, arg(p.args, 0), p.args[min(1, len(p.args)):])
	if s == nil {
		return c.stale(ctx, p, lang)
	}
	by := &sheet{}
	by.note(c.texts.Text(lang, "slack_shared_by", locales.Args{"Who": person(p.user)}))
	by.blocks = append(by.blocks, withoutShare(s.blocks)...)
	for i, m := range by.messages() {
		thread := p.thread
		if _, err := c.w.post(ctx, p.channel, thread, m, mark{}); err != nil {
			if i == 0 && kindOf(err) == outbox.Gone {
				return c.notInChannel(ctx, &p.asker, lang)
			}
			return err
		}
	}
	return nil
}

// notInChannel says what to do where we may not speak.
func (c *Channel) notInChannel(ctx context.Context, a *asker, lang string) error {
	s := &sheet{}
	s.section(escape(c.texts.Text(lang, "slack_not_in_channel")))
	alone := *a
	alone.replace = false
	return c.say(ctx, &alone, s)
}

// stale answers a button that means nothing any more, kindly.
func (c *Channel) stale(ctx context.Context, p *press, lang string) error {
	s := &sheet{}
	s.section(escape(c.texts.Text(lang, "slack_stale", locales.Args{"Command": c.o.Commitments})))
	p.replace = false
	return c.say(ctx, &p.asker, s)
}

// chooseLanguage keeps a choice of language, or offers them.
func (c *Channel) chooseLanguage(ctx context.Context, a *asker, to, lang string) error {
	s := &sheet{}
	if !slices.Contains(c.texts.Langs(), to) {
		s.section(escape(c.texts.Text(lang, "ask_language")))
		for _, l := range c.texts.Langs() {
			s.press(s.button(actLang, c.texts.Text(l, "language_name"), l))
		}
		return c.say(ctx, a, s)
	}
	c.prefer(ctx, a.team, a.user, to)
	s.section(escape(c.texts.Text(to, "language_set")))
	return c.say(ctx, a, s)
}

// sheetOf writes a reply of the dialogue.
func (c *Channel) sheetOf(ctx context.Context, r bot.Reply) *sheet {
	if r.ID == helpReply {
		return c.helpSheet(r.Lang)
	}
	if r.Kind == dialogue.Commitments && len(r.Commitments) == 1 && r.Score == 1 {
		if one := c.base.Statement.Commitment(r.Commitments[0]); one != nil && showsOne(r, one) {
			return c.cardSheet(ctx, r.Lang, one)
		}
	}
	s := &sheet{}
	s.section(render.SlackMrkdwn(r.Text))
	var press []element
	for _, ch := range r.Choices {
		press = append(press, c.choiceButton(s, ch))
	}
	if share := c.shareOf(r); share != nil {
		press = append(press, s.button(actShare, c.texts.Text(r.Lang, "slack_btn_share"), share...))
	}
	s.press(press...)
	return s
}

// showsOne tells the whole commitment from a list that has one: under the whole one stands "all of …".
func showsOne(r bot.Reply, one *statement.Commitment) bool {
	return slices.ContainsFunc(r.Choices, func(ch dialogue.Choice) bool { return ch.ID == "participant:"+one.Participant })
}

// choiceButton is a choice of the dialogue; one that shows a commitment shows it with what was reported of it.
func (c *Channel) choiceButton(s *sheet, ch dialogue.Choice) element {
	if id, ok := cutPrefix(ch.ID, "commitment:"); ok && c.base.Statement.Commitment(id) != nil {
		return s.button(actShow, ch.Label, id)
	}
	return s.button(actSay, ch.Label, ch.ID)
}

// shareOf tells how a reply is made again in a channel, nil for one that is nobody else's matter.
func (c *Channel) shareOf(r bot.Reply) []string {
	switch {
	case r.Kind == dialogue.Commitments && len(r.Commitments) > 0:
		return append([]string{actList}, query{ids: r.Commitments}.args("0")...)
	case r.Kind == dialogue.Guidance && r.ID != "":
		return []string{actSay, "entry:" + r.ID}
	}
	return nil
}

// withoutShare leaves out what only whoever asked presses.
func withoutShare(blocks []api.Block) []api.Block {
	var kept []api.Block
	for _, b := range blocks {
		if a, ok := b.(*api.ActionBlock); ok {
			var rest []element
			for _, e := range a.Elements.ElementSet {
				if button, ok := e.(*api.ButtonBlockElement); !ok || actOf(button.ActionID) != actShare && actOf(button.ActionID) != actExport {
					rest = append(rest, e)
				}
			}
			if len(rest) == 0 {
				continue
			}
			b = api.NewActionBlock(a.BlockID, rest...)
		}
		kept = append(kept, b)
	}
	return kept
}

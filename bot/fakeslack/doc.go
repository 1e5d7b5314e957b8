// Package fakeslack is a Slack that lives in this process: its Web API over real HTTP, its Socket Mode over real WebSockets and
// its requests to an app's own address, with people, channels, messages and modals, for tests and demonstrations. It checks
// each request by the limits that Slack documents, and can be told to be slow, to fail, to throttle and to lose its answers.
//
// The app is given URL() as the API's address, and BotToken, AppToken and SigningSecret. With Socket Mode it connects by itself;
// for HTTP, DeliverTo names the address under which it has /slack/events, /slack/commands and /slack/interactions.
//
//	s := fakeslack.New()
//	defer s.Close()
//	ana := s.Person("ana", "es-419", "America/Mexico_City")
//	team := s.Channel("coordination", ana) // the bot is a member too
//	d := s.Slash(ana, team, "/commitments", "mexico")
//	err := d.Wait(ctx)             // the app has acknowledged it within three seconds; else why not
//	said := s.Ephemeral(ana)       // what only Ana sees
//	d, err = s.Press(ana, said[0], "Share in channel") // by label or by action_id
//	v, err := s.View(ctx, ana)     // the modal that is open, when it opens
//	d, err = s.Submit(ana, v, map[string]any{"Note": "done"}) // by label, action_id or block_id
//	text := s.Transcript(team)     // as people see it
//	for _, p := range s.Problems() { t.Error(p) } // what Slack would have refused
//
// Whatever a person does gives a *Delivery: how it was brought to the app, how often, and what the app answered.
package fakeslack

package guidance

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestGoodContent(t *testing.T) {
	_, faults := all(content())
	if d := cmp.Diff([]string(nil), faults); d != "" {
		t.Error(d)
	}
}

// The files that the tables below break.
const (
	enFile        = "guidance/zz/how-to-apply.en.md"
	esFile        = "guidance/zz/how-to-apply.es.md"
	contactsFile  = "guidance/zz/contacts.yaml"
	sourcesFile   = "guidance/zz/sources.yaml"
	factsFile     = "guidance/zz/country.yaml"
	rumourFile    = "rumours/pay.yaml"
	emergencyFile = "emergency/violence.en.md"
)

type breakage struct {
	name, file, old, new string
	want                 string // a fault that begins so
}

func expect(t *testing.T, table []breakage) {
	t.Helper()
	for _, tt := range table {
		t.Run(tt.name, func(t *testing.T) {
			fsys := content()
			edit(t, fsys, tt.file, tt.old, tt.new)
			_, faults := all(fsys)
			if !slices.ContainsFunc(faults, func(f string) bool { return strings.HasPrefix(f, tt.want) }) {
				t.Errorf("no fault begins %q, but:\n%s", tt.want, strings.Join(faults, "\n"))
			}
		})
	}
}

func TestEntryFaults(t *testing.T) {
	many := strings.Repeat("We go to see. ", 100)
	expect(t, []breakage{
		{"reviewed in the future", enFile, "2026-11-20", "2026-11-26", enFile + ":2: reviewed lies in the future: 2026-11-26"},
		{"not reviewed for 180 days", enFile, "2026-11-20", "2026-05-28", enFile + ":2: was last reviewed on 2026-05-28; compare"},
		{"never reviewed", enFile, "reviewed: 2026-11-20\n", "", enFile + ":1: reviewed is missing"},
		{"no date", enFile, "2026-11-20", "soon", enFile + `:2: "soon" is no date`},
		{"no such day", enFile, "2026-11-20", "2026-02-30", enFile + `:2: "2026-02-30" is no date`},
		{"confidence", enFile, "confidence: high", "confidence: sure", enFile + `:3: confidence is high, medium or low, not "sure"`},
		{"no source and sure", enFile, "[zz-law]", "[]", enFile + ":5: an entry without sources has confidence low"},
		{"unknown source", enFile, "[zz-law]", "[zz-law, zz-lore]", enFile + `:5: no source "zz-lore" stands in sources.yaml`},
		{"another country's contact", enFile, "[zz-office]", "[yy-office]", enFile + `:6: no contact "yy-office" stands in contacts.yaml`},
		{"five contacts", enFile, "[zz-office]", "[zz-office, zz-line, zz-police, zz-office-north, zz-office]", enFile + ":6: an entry names up to 4 contacts, not 5"},
		{"one related", enFile, "[deadlines, work]", "[work]", enFile + ":7: related names 2 to 4 topics, not 1"},
		{"unknown related", enFile, "[deadlines, work]", "[deadlines, wonder]", enFile + `:7: related: no other topic "wonder" stands in topics.yaml`},
		{"related to itself", enFile, "[deadlines, work]", "[how-to-apply, work]", enFile + `:7: related: no other topic "how-to-apply"`},
		{"unknown field", enFile, "volatile: false", "volatil: false", enFile + ":4: field volatil not found"},
		{"doubled field", enFile, "volatile: false", "confidence: low", enFile + `:4: mapping key "confidence" already defined`},
		{"broken front matter", enFile, "confidence: high", "confidence: high: low", enFile + ":3: mapping values are not allowed"},
		{"broken in its first line", enFile, "reviewed: 2026-11-20", "reviewed: a: b", enFile + ":2: mapping values are not allowed"},
		{"no front matter", enFile, "---\n", "", enFile + ":1: begins with a line of three dashes"},
		{"front matter without end", enFile, "work]\n---\n", "work]\n", enFile + ":1: begins with a line of three dashes"},
		{"HTML block", enFile, "1. Go", "<b>Go</b>\n\n1. Go", enFile + ":11: HTML is not used in entries"},
		{"HTML in a line", enFile, "Go to the", "Go <i>to</i> the", enFile + ":11: HTML is not used in entries"},
		{"HTML after the stars", enFile, "You can also", "<p>You can also", enFile + ":16: HTML is not used in entries"},
		{"heading", enFile, "1. Go", "# Go\n\n1. Go", enFile + ":11: a heading is not used in entries"},
		{"picture", enFile, "Go to", "![Go](https://zz.example/a.png) to", enFile + ":11: a picture is not used in entries"},
		{"link to a file", enFile, "the office soon", "[the office](office.md) soon", enFile + `:11: a link leads to an address on the web, not to "office.md"`},
		{"long lead", enFile, "and it is free.", "and" + strings.Repeat(" it is free and", 6) + " free.", enFile + ":9: the one-line answer has 33 words; up to 25"},
		{"too many words at first", enFile, "Go to the office soon.", many, enFile + ":9: 420 words before \"***\"; up to 120"},
		{"too many characters at first", enFile, "Go to the office soon.", many, enFile + ":9: 1482 characters before"},
		{"too many words in all", enFile, "You can also", many + "\n\nYou can also", enFile + ":9: 432 words in all; up to 250"},
		{"long sentence", enFile, "You can also", strings.Repeat("now ", 25) + "you can also", enFile + ":9: a sentence of 32 words; up to 25"},
		{"too hard English", enFile, "Go to the office soon.", "Representatives administer extraordinary bureaucratic responsibilities internationally.", enFile + ":9: too hard: Flesch-Kincaid grade"},
		{"too hard Spanish", esFile, "Vaya pronto a la oficina.", "Representantes administrativos internacionales instrumentalizan responsabilidades extraordinariamente burocratizadas.", esFile + ":9: too hard: Fernández Huerta"},
		{"a number that no contact bears", enFile, "55 1234 5678", "55 8765 4321", enFile + `:12: no contact bears the telephone number "55 8765 4321"`},
		// Each long number may end like a short one, and none is borne by that.
		{"a number that ends like a short one", enFile, "55 1234 5678", "55 1234 5911", enFile + `:12: no contact bears the telephone number "55 1234 5911"`},
		{"a number after the stars", enFile, "write to the office", "call 55 8765 4321", enFile + `:16: no contact bears the telephone number "55 8765 4321"`},
		{"twins differ in sources", enFile, "[zz-law]", "[zz-law, zz-guide]", enFile + ":5: sources is not the same as in the es twin"},
		{"twins differ in contacts", enFile, "[zz-office]", "[]", enFile + ":6: contacts is not the same as in the es twin"},
		{"twins differ in confidence", enFile, "confidence: high", "confidence: low", enFile + ":3: confidence is not the same as in the es twin"},
		{"twins differ in volatile", enFile, "volatile: false", "volatile: true", enFile + ":4: volatile is not the same as in the es twin"},
		{"twins differ in related", enFile, "[deadlines, work]", "[work, deadlines]", enFile + ":7: related is not the same as in the es twin"},
	})
}

func TestBorneNumbers(t *testing.T) {
	for _, number := range []string{"+52 55 1234 5678", "55-1234-5678", "5512345678", "(55) 1234 5678", "+52 55 9999 8888", "01 800 000 0000"} {
		fsys := content()
		edit(t, fsys, enFile, "55 1234 5678", number)
		if _, faults := all(fsys); len(faults) > 0 {
			t.Errorf("%s: %v", number, faults)
		}
	}
	for _, noNumber := range []string{"on 2026-11-20", "in 2025-2026", "within 30 days"} {
		fsys := content()
		edit(t, fsys, enFile, "Call 55 1234 5678", "Come "+noNumber)
		if _, faults := all(fsys); len(faults) > 0 {
			t.Errorf("%s: %v", noNumber, faults)
		}
	}
}

func TestFolderFaults(t *testing.T) {
	expect(t, []breakage{
		{"source without URL", sourcesFile, `"https://zz.example"`, `null`, sourcesFile + ":1: source zz-law has no URL"},
		{"regional source without URL", "guidance/regional/sources.yaml", `"https://un.example"`, `null`, "guidance/regional/sources.yaml:1: source all-law has no URL"},
		{"source of tomorrow", sourcesFile, "2026-11-01", "2026-11-26", sourcesFile + ":1: source zz-law is dated in the future: 2026-11-26"},
		{"source without date format", sourcesFile, "2026-11-01", "November", sourcesFile + `:1: "November" is no date`},
		{"an empty source", sourcesFile, "- {id: zz-guide", "-\n- {id: zz-guide", sourcesFile + ":2: an item without anything in it"},
		{"an empty contact", contactsFile, "- id: zz-line", "-\n- id: zz-line", contactsFile + ":14: an item without anything in it"},
		{"doubled contact", contactsFile, "- id: zz-line", "- id: zz-office", contactsFile + ":6: contact zz-office stands twice"},
		{"unknown kind", contactsFile, "kind: hotline", "kind: phone", contactsFile + `:14: contact zz-line: kind "phone" is none of authority,`},
		{"no name in English", contactsFile, `, en: "Line"`, "", contactsFile + ":14: contact zz-line has no name in en"},
		{"no hours in Spanish", contactsFile, `es: "24 horas", `, "", contactsFile + ":6: contact zz-office has no hours in es"},
		{"dial", contactsFile, "+525512345678", "55 1234 5678", contactsFile + `:6: contact zz-office: dial "55 1234 5678" is neither`},
		{"phone without number", contactsFile, `{number: "079", `, "{", contactsFile + ":14: contact zz-line: a phone without a number"},
		{"whatsapp", contactsFile, "+525599998888", "5599998888", contactsFile + `:6: contact zz-office: whatsapp "5599998888" is no`},
		{"contact without source", contactsFile, "sources: [zz-law]\n  helps", "sources: []\n  helps", contactsFile + ":14: contact zz-line has no source"},
		{"contact's unknown source", contactsFile, "sources: [zz-law]\n  as_of", "sources: [zz-lore]\n  as_of", contactsFile + `:6: contact zz-office: no source "zz-lore" stands`},
		{"contact of the future", contactsFile, "2026-10", "2027-10", contactsFile + ":6: contact zz-office is dated in the future: 2027-10"},
		{"unknown danger", contactsFile, "[violence]", "[loneliness]", contactsFile + `:14: contact zz-line: helps "loneliness" is none of`},
		{"unknown unit", factsFile, "working-days", "workdays", factsFile + `:2: deadline: unit "workdays" is none of`},
		{"no amount", factsFile, "  amount: 30\n", "", factsFile + ":2: deadline: an amount goes with every unit but `none`"},
		{"amount of no limit", factsFile, "{unit: none", "{amount: 3, unit: none", factsFile + ":6: appeal: an amount goes with every unit but `none`"},
		{"negative amount", factsFile, "amount: 30", "amount: -30", factsFile + ":2: deadline: an amount"},
		{"facts' unknown source", factsFile, "[all-law]", "[no-law]", factsFile + `:6: appeal: no source "no-law" stands in sources.yaml`},
		{"cost in one language", factsFile, `, en: "Free"`, "", factsFile + ":7: cost is told in es and en"},
		{"facts' unknown field", factsFile, "appeal:", "appeals:", factsFile + ":6: field appeals not found"},
		{"long title", "topics.yaml", "How to ask", "How to ask for asylum in this country", `topics.yaml:4: the title "How to ask for asylum in this country" has 37 characters`},
		{"title in one language", "topics.yaml", `, en: "Work"`, "", "topics.yaml:6: work has no title in en"},
		{"broken topics", "topics.yaml", "topics:\n", "topics:\n\t", "topics.yaml:4: found character that cannot start any token"},
		{"no such zone", "countries.yaml", "America/Panama", "America/Xanadu", `countries.yaml:1: zz: zone "America/Xanadu" is no time zone`},
		{"no zone", "countries.yaml", "  zone: America/Panama\n", "", `countries.yaml:1: zz: zone "" is no time zone`},
		{"a folder of no country", "countries.yaml", "zz:", "zy:", "guidance/zz: no country of this code stands in countries.yaml"},
	})
}

func TestRumourFaults(t *testing.T) {
	expect(t, []breakage{
		{"verdict", rumourFile, `"false"`, "maybe", rumourFile + `:4: verdict is true, false, nobody-can-promise or unknown, not "maybe"`},
		{"country", rumourFile, "country: zz", "country: zy", rumourFile + `:2: no country "zy" stands in countries.yaml`},
		{"topic", rumourFile, "topic: how-to-apply", "topic: how", rumourFile + `:3: no topic "how" stands in topics.yaml`},
		{"unknown source", rumourFile, "[zz-law]", "[zz-lore]", rumourFile + `:7: no source "zz-lore" stands in sources.yaml`},
		{"no source", rumourFile, "[zz-law]", "[]", rumourFile + ":7: a verdict needs a source"},
		{"of tomorrow", rumourFile, "2026-11-20", "2026-11-26", rumourFile + ":8: reviewed is missing or lies in the future"},
		{"answer in one language", rumourFile, `, en: "It is free to ask."`, "", rumourFile + ": claim and answer are told in en"},
		{"no way of asking", rumourFile, `, en: ["do i have to pay"]`, "", rumourFile + ":9: no ways of asking in en"},
		{"number", rumourFile, "It is free to ask.", "It is free: 55 8765 4321.", rumourFile + `:6: no contact bears the telephone number "55 8765 4321"`},
		{"too hard", rumourFile, "It is free to ask.", "Representatives administer extraordinary bureaucratic responsibilities.", rumourFile + ":6: too hard: Flesch-Kincaid"},
		{"unknown field", rumourFile, "id: pay", "id: pay\nauthor: me", rumourFile + ":2: field author not found"},
		{"malformed", rumourFile, "asks: {", "asks: {{", rumourFile + ":"},
	})
}

func TestEmergencyFaults(t *testing.T) {
	expect(t, []breakage{
		{"long", emergencyFile, "Call for help now.", strings.Repeat("Call now. ", 38), emergencyFile + ":5: 76 words; up to 75"},
		{"number", emergencyFile, "Call for help", "Call 55 1234 5678", emergencyFile + `:5: numbers are put below by the country's contacts: leave out "55 1234 5678"`},
		{"unknown source", emergencyFile, "[all-law]", "[zz-law]", emergencyFile + `:3: no source "zz-law" stands in guidance/regional/sources.yaml`},
		{"of tomorrow", emergencyFile, "2026-11-20", "2026-11-26", emergencyFile + ":2: reviewed is missing or lies in the future"},
		{"HTML", emergencyFile, "Call", "<b>Call</b>", emergencyFile + ":5: HTML is not used in entries"},
		{"front matter", emergencyFile, "---\nr", "r", emergencyFile + ":1: begins with a line of three dashes"},
		{"too hard", emergencyFile, "Call for help now.", "Representatives administer extraordinary bureaucratic responsibilities.", emergencyFile + ":5: too hard"},
	})
}

func TestMissingFiles(t *testing.T) {
	for _, tt := range []struct{ remove, want string }{
		{enFile, enFile + ": is missing"},
		{esFile, esFile + ": is missing"},
		{factsFile, factsFile + ": is missing"},
		{sourcesFile, sourcesFile + ": cannot be read"},
		{contactsFile, enFile + `:6: no contact "zz-office"`},
		{"emergency/violence.es.md", "emergency/violence.es.md: is missing"},
		{"emergency/general.en.md", "emergency/general.en.md: is missing"},
		{"topics.yaml", "topics.yaml: cannot be read"},
		{"countries.yaml", "countries.yaml: cannot be read"},
	} {
		t.Run(tt.remove, func(t *testing.T) {
			fsys := content()
			delete(fsys, tt.remove)
			_, faults := all(fsys)
			if !slices.ContainsFunc(faults, func(f string) bool { return strings.HasPrefix(f, tt.want) }) {
				t.Errorf("no fault begins %q, but:\n%s", tt.want, strings.Join(faults, "\n"))
			}
		})
	}
}

func TestUnknownNames(t *testing.T) {
	for _, tt := range []struct{ file, data, want string }{
		{"guidance/zz/wonder.en.md", goodEN, `guidance/zz/wonder.en.md: no topic "wonder" stands in topics.yaml`},
		{"guidance/zz/work.xx.md", goodEN, `guidance/zz/work.xx.md: "xx" is no language of this project`},
		{"guidance/zz/work.md", goodEN, `guidance/zz/work.md: "" is no language of this project`},
		{"guidance/zz/work.en.md", goodEN, "guidance/zz/work.es.md: is missing"},
		{"emergency/boredom.en.md", emergency + "Call.\n", "emergency/boredom.en.md: no danger or language of this name"},
		{"emergency/violence.xx.md", emergency + "Call.\n", "emergency/violence.xx.md: no danger or language of this name"},
	} {
		t.Run(tt.file, func(t *testing.T) {
			fsys := content()
			fsys[tt.file] = &fstest.MapFile{Data: []byte(tt.data)}
			_, faults := all(fsys)
			if !slices.ContainsFunc(faults, func(f string) bool { return strings.HasPrefix(f, tt.want) }) {
				t.Errorf("no fault begins %q, but:\n%s", tt.want, strings.Join(faults, "\n"))
			}
		})
	}
}

// Editors on Windows end lines otherwise.
func TestCRLF(t *testing.T) {
	fsys := content()
	fsys[enFile] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(goodEN, "\n", "\r\n"))}
	if _, faults := all(fsys); len(faults) > 0 {
		t.Error(faults)
	}
}

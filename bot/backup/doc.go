// Package backup is the frame of the file by which an operator moves what is lasting (subscriptions, what was reported) from one
// instance to another: JSON Lines with a version, which every later version of the program reads.
//
//	{"format":"cobijo-export","version":1,"made":"2026-11-25T12:00:00Z","by":"v1.2.3"}
//	{"kind":"subscription","id":"s1","data":{…}}
//	{"kind":"report","id":"mx-04/r7","data":{…}}
//	{"end":true,"records":2,"sha256":"…"}
//
// The last line tells whether all came: a file that was cut off is refused before anything of it is imported, and so is one with a
// line that is not known. Chats are no part of it: they last a day, and their pseudonyms mean nothing elsewhere. The file is not
// encrypted. It holds what staff wrote and the names of their channels: keep it as such.
//
// Who keeps something lasting is a Source to export from and a Sink to import into, one for each kind:
//
//	sum, err := backup.Export(ctx, w, backup.Header{Made: now, By: version}, subscriptions, reports)
//	result, err := backup.Import(ctx, file, subscriptions, reports)
//
// To import twice changes nothing the second time: a Sink keeps what it has under an id. A record's data is read by Decode, which
// takes no field that it does not know: what a later version added is refused, not lost. Whoever adds a field raises Version.
package backup

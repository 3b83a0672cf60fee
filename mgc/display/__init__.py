"""Numbers as words, tables and figures; what chapters call.

- `notebook.say`, `notebook.table`: show a sentence or a table.
- `glue.Glue`: name a number for the text, and keep what it rests on.
- `formats`: numbers with their units.
- `figures`: one module for each kind of thing shown.

Examples
--------
>>> from mgc.display.formats import count, counted, listing
>>> f"{listing(['CNN', 'LSTM'])} were fitted on {counted(3, 'fold')}, {count(12)} times"
'CNN and LSTM were fitted on 3 folds, 12 times'
"""

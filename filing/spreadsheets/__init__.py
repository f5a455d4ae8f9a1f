"""The logs as spreadsheets: given out for those who count and filter, taken in from those who keep them so today.

What is given out holds, in the columns of the SOP, what the log prints in short and, to the right of them, every field
of the records, so that it can be read back without loss. What is taken in becomes drafts that nobody has signed, and a
report of everything that a sheet leaves open.

`grid` is what a sheet holds; `opening`, `xlsx_in`, `csv_in`, `xlsx_out` and `csv_out` know the files; `layout` has the
columns of each log and `fields` turns a record into cells and back. `giving` lays the logs out. `logs` recognises them,
`own` reads rows that we gave out and `kept` rows as people keep them; `drafts` and `text` make files of both.
"""

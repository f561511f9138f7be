"""Reports for the office: the attendance list to sign and the report of activity, as PDF and as spreadsheet."""

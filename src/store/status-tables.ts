interface StatusDayTable {
  day: string;
  part: string;
  looks: number;
  good: number;
}

export interface StatusTables {
  status_day: StatusDayTable;
}

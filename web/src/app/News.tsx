// app/News.tsx - the notification that more has come in, and what an import or a damaged journal asks of somebody.
import { useStatus } from "../api/questions";
import { Link } from "../parts/Link";
import { useNews } from "./live";
import { useWords } from "./settings";

export function News() {
  const { t } = useWords();
  const status = useStatus().data;
  const { events, renew } = useNews(status?.events);
  const isDamaged = status?.health === "damaged";
  return (
    <div className="news" role="status">
      {isDamaged && <p className="news-bad"><Link to="/data">{t("news.damaged", { n: status.damaged_records })}</Link></p>}
      {events > 0 && (
        <p>
          {t("news.events", { n: events })}{" "}
          <button type="button" className="quiet" onClick={renew}>{t("news.renew")}</button>
        </p>
      )}
    </div>
  );
}

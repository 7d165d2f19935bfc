<?php
/* Makes an invented site in an empty WordPress, exports it, and writes what WordPress itself shows of it.
 *
 *     php make_site.php WORDPRESS FOLDER
 *
 * WORDPRESS is a folder with WordPress and a wp-config.php for an empty database; site.xml (the export) and site.json
 * (the words, links and addresses of each page) are written to FOLDER. See README.md.
 */
[, $wordpress, $folder] = $argv;
$_SERVER += ['HTTP_HOST' => 'lantern.example', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/'];
define('WP_INSTALLING', true);
error_reporting(E_ERROR);
require "$wordpress/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/taxonomy.php';
require_once ABSPATH . 'wp-admin/includes/export.php';
wp_install('The Harbour Lantern', 'editor', 'editor@lantern.example', true, '', 'not-a-secret');
foreach (get_posts(['post_type' => 'any', 'post_status' => 'any', 'numberposts' => -1]) as $post) {
    wp_delete_post($post->ID, true);
}
update_option('siteurl', 'http://lantern.example');
update_option('home', 'http://lantern.example');
update_option('timezone_string', 'Europe/Helsinki');
update_option('upload_url_path', 'http://lantern.example/wp-content/uploads');
$GLOBALS['wp_rewrite']->set_permalink_structure('/%year%/%monthnum%/%day%/%postname%/');
$GLOBALS['wp_rewrite']->init();
create_initial_taxonomies();
wp_installing(false);

$authors = [];
foreach (['amal' => 'أمل البحري', 'haruka' => '港 遥', 'juergen' => 'Jürgen Möwe'] as $login => $name) {
    $authors[$login] = wp_insert_user(['user_login' => $login, 'display_name' => $name, 'user_pass' => 'x', 'user_email' => "$login@lantern.example", 'role' => 'author']);
}
$terms = [];
foreach (['علوم' => '', '科学' => '', 'Übersee' => '', 'Fähren' => 'Übersee'] as $name => $parent) {
    $terms[$name] = wp_insert_term($name, 'category', $parent ? ['parent' => $terms[$parent]] : [])['term_id'];
}

function picture(string $name): array
{
    $path = "2021/03/$name";
    $url = "http://lantern.example/wp-content/uploads/$path";
    $id = wp_insert_attachment(['post_title' => "Picture $name", 'post_mime_type' => wp_check_filetype($name)['type'], 'guid' => $url, 'post_status' => 'inherit', 'post_date' => '2021-03-01 10:00:00']);
    update_post_meta($id, '_wp_attached_file', $path);
    return [$id, $url];
}
[$boat, $boatUrl] = picture('boat.jpg');
[$quay, $quayUrl] = picture('quay.jpg');
[$sound, $soundUrl] = picture('horn.mp3');
[$film, $filmUrl] = picture('tide.mp4');
[$table, $tableUrl] = picture('tides.pdf');

$blocks = [
    'paragraph' => '<!-- wp:paragraph --><p>The <strong>ferry</strong> left <em>early</em>, says <a href="https://pilots.example/log">the pilot’s log</a>.</p><!-- /wp:paragraph -->',
    'heading' => '<!-- wp:heading --><h2>A heading above the tide</h2><!-- /wp:heading --><!-- wp:paragraph --><p>Below it.</p><!-- /wp:paragraph -->',
    'list' => '<!-- wp:list {"ordered":true} --><ol><!-- wp:list-item --><li>First rope<!-- wp:list --><ul><!-- wp:list-item --><li>its knot</li><!-- /wp:list-item --></ul><!-- /wp:list --></li><!-- /wp:list-item --><!-- wp:list-item --><li>Second rope</li><!-- /wp:list-item --></ol><!-- /wp:list -->',
    'quote' => '<!-- wp:quote --><blockquote class="wp-block-quote"><!-- wp:paragraph --><p>Fog is a kind of patience.</p><!-- /wp:paragraph --><cite>A harbour master</cite></blockquote><!-- /wp:quote -->',
    'pullquote' => '<!-- wp:pullquote --><figure class="wp-block-pullquote"><blockquote><p>We never lost a lamp.</p><cite>The keeper</cite></blockquote></figure><!-- /wp:pullquote -->',
    'table' => '<!-- wp:table --><figure class="wp-block-table"><table><thead><tr><th>Quay</th><th>Boats</th></tr></thead><tbody><tr><td>North</td><td>7</td></tr><tr><td>South</td><td>9</td></tr></tbody></table><figcaption>Boats in March</figcaption></figure><!-- /wp:table -->',
    'code' => '<!-- wp:code --><pre class="wp-block-code"><code>if tide &lt; 2: wait()</code></pre><!-- /wp:code -->',
    'preformatted' => '<!-- wp:preformatted --><pre class="wp-block-preformatted">high  04:10' . "\n" . 'low   10:25</pre><!-- /wp:preformatted -->',
    'verse' => '<!-- wp:verse --><pre class="wp-block-verse">Lamp over water,' . "\n" . 'water over stone.</pre><!-- /wp:verse -->',
    'image' => "<!-- wp:image {\"id\":$boat,\"sizeSlug\":\"medium\"} --><figure class=\"wp-block-image size-medium\"><img src=\"" . str_replace('.jpg', '-300x200.jpg', $boatUrl) . "\" alt=\"A boat\" class=\"wp-image-$boat\"/><figcaption>The pilot boat</figcaption></figure><!-- /wp:image -->",
    'gallery' => "<!-- wp:gallery {\"linkTo\":\"none\"} --><figure class=\"wp-block-gallery has-nested-images\"><!-- wp:image {\"id\":$boat} --><figure class=\"wp-block-image\"><img src=\"$boatUrl\" alt=\"Boat\" class=\"wp-image-$boat\"/></figure><!-- /wp:image --><!-- wp:image {\"id\":$quay} --><figure class=\"wp-block-image\"><img src=\"$quayUrl\" alt=\"Quay\" class=\"wp-image-$quay\"/><figcaption>The quay</figcaption></figure><!-- /wp:image --></figure><!-- /wp:gallery -->",
    'audio' => "<!-- wp:audio {\"id\":$sound} --><figure class=\"wp-block-audio\"><audio controls src=\"$soundUrl\"></audio><figcaption>The fog horn</figcaption></figure><!-- /wp:audio -->",
    'video' => "<!-- wp:video {\"id\":$film} --><figure class=\"wp-block-video\"><video controls src=\"$filmUrl\"></video><figcaption>The tide comes in</figcaption></figure><!-- /wp:video -->",
    'file' => "<!-- wp:file {\"id\":$table,\"href\":\"$tableUrl\"} --><div class=\"wp-block-file\"><a href=\"$tableUrl\">Table of tides</a><a href=\"$tableUrl\" class=\"wp-block-file__button\" download>Download</a></div><!-- /wp:file -->",
    'cover' => "<!-- wp:cover {\"url\":\"$quayUrl\",\"id\":$quay} --><div class=\"wp-block-cover\"><img class=\"wp-block-cover__image-background wp-image-$quay\" alt=\"\" src=\"$quayUrl\"/><div class=\"wp-block-cover__inner-container\"><!-- wp:paragraph --><p>Words on a cover</p><!-- /wp:paragraph --></div></div><!-- /wp:cover -->",
    'media-text' => "<!-- wp:media-text {\"mediaId\":$boat,\"mediaType\":\"image\"} --><div class=\"wp-block-media-text\"><figure class=\"wp-block-media-text__media\"><img src=\"$boatUrl\" alt=\"Beside words\" class=\"wp-image-$boat\"/></figure><div class=\"wp-block-media-text__content\"><!-- wp:paragraph --><p>Words beside a boat</p><!-- /wp:paragraph --></div></div><!-- /wp:media-text -->",
    'columns' => '<!-- wp:columns --><div class="wp-block-columns"><!-- wp:column --><div class="wp-block-column"><!-- wp:paragraph --><p>Left column</p><!-- /wp:paragraph --></div><!-- /wp:column --><!-- wp:column --><div class="wp-block-column"><!-- wp:paragraph --><p>Right column</p><!-- /wp:paragraph --></div><!-- /wp:column --></div><!-- /wp:columns -->',
    'buttons' => '<!-- wp:buttons --><div class="wp-block-buttons"><!-- wp:button --><div class="wp-block-button"><a class="wp-block-button__link" href="https://tickets.example/ferry">Buy a ticket</a></div><!-- /wp:button --></div><!-- /wp:buttons -->',
    'separator' => '<!-- wp:paragraph --><p>Before the line.</p><!-- /wp:paragraph --><!-- wp:separator --><hr class="wp-block-separator"/><!-- /wp:separator --><!-- wp:paragraph --><p>After the line.</p><!-- /wp:paragraph -->',
    'more' => '<!-- wp:paragraph --><p>What lists show.</p><!-- /wp:paragraph --><!-- wp:more --><!--more--><!-- /wp:more --><!-- wp:paragraph --><p>What only the page shows.</p><!-- /wp:paragraph -->',
    'nextpage' => '<!-- wp:paragraph --><p>The first page.</p><!-- /wp:paragraph --><!-- wp:nextpage --><!--nextpage--><!-- /wp:nextpage --><!-- wp:paragraph --><p>The second page.</p><!-- /wp:paragraph -->',
    'shortcode' => "<!-- wp:shortcode -->[caption id=\"attachment_$quay\" width=\"300\"]<img class=\"wp-image-$quay\" src=\"$quayUrl\" alt=\"Quay\" /> The quay at dusk[/caption]<!-- /wp:shortcode -->",
    'embed' => '<!-- wp:embed {"url":"https://vimeo.com/123456789","type":"video","providerNameSlug":"vimeo"} --><figure class="wp-block-embed"><div class="wp-block-embed__wrapper">' . "\nhttps://vimeo.com/123456789\n" . '</div><figcaption>A film of the lamp</figcaption></figure><!-- /wp:embed -->',
    'html' => '<!-- wp:html --><div><b>Bold</b> by hand, and <a href="https://maps.example/harbour">a map</a></div><!-- /wp:html -->',
    'footnotes' => '<!-- wp:paragraph --><p>The mole is old<sup data-fn="f1" class="fn"><a href="#f1" id="f1-link">1</a></sup>.</p><!-- /wp:paragraph --><!-- wp:footnotes /-->',
    'details' => '<!-- wp:details --><details class="wp-block-details"><summary>How to get there</summary><!-- wp:paragraph --><p>By the night boat.</p><!-- /wp:paragraph --></details><!-- /wp:details -->',
];
$names = array_keys($terms);
$logins = array_keys($authors);
$posts = [];
foreach (array_keys($blocks) as $place => $block) {
    $titles = ['paragraph' => 'مركب في الفجر', 'heading' => '港の灯り', 'list' => 'Ein Möwenjahr'];
    $date = sprintf('2021-%02d-%02d 00:%02d:00', 1 + $place % 8, 1 + $place, $place);
    $post = [
        'post_title' => $titles[$block] ?? ucfirst($block) . ' at the harbour',
        'post_content' => $blocks[$block], 'post_status' => 'publish', 'post_date' => $date, 'post_type' => 'post',
        'post_author' => $authors[$logins[$place % 3]], 'post_category' => [$terms[$names[$place % 4]]],
        'tags_input' => $place % 2 ? ['潮', 'Möwe'] : ['مد'],
    ];
    kses_remove_filters();
    $posts[$block] = wp_insert_post(wp_slash($post));
}
update_post_meta($posts['footnotes'], 'footnotes', wp_slash(json_encode([['id' => 'f1', 'content' => 'Built in 1874 by two brothers.']])));
set_post_thumbnail($posts['paragraph'], $quay);
foreach ([$boat => 'image', $quay => 'gallery', $sound => 'audio', $film => 'video', $table => 'file'] as $id => $block) {
    wp_update_post(['ID' => $id, 'post_parent' => $posts[$block]]);
}
$parent = wp_insert_post(['post_title' => 'About us', 'post_content' => $blocks['paragraph'], 'post_status' => 'publish', 'post_type' => 'page', 'post_date' => '2021-01-05 12:00:00', 'post_author' => 1]);
$posts['page'] = $parent;
$posts['child'] = wp_insert_post(['post_title' => 'The boat', 'post_content' => $blocks['heading'], 'post_status' => 'publish', 'post_type' => 'page', 'post_parent' => $parent, 'post_date' => '2021-01-06 12:00:00', 'post_author' => 1]);

$thread = 0;
foreach (['A first voice', 'صوت ثان', '三番目の声', 'Eine vierte Stimme'] as $number => $words) {
    $thread = wp_insert_comment(['comment_post_ID' => $posts['paragraph'], 'comment_author' => "Reader $number", 'comment_author_email' => "reader$number@readers.example", 'comment_author_IP' => '203.0.113.9', 'comment_content' => $words, 'comment_parent' => $number % 3 ? $thread : 0, 'comment_approved' => 1, 'comment_date' => "2021-05-0" . ($number + 1) . " 10:00:00", 'comment_date_gmt' => "2021-05-0" . ($number + 1) . " 07:00:00"]);
}

function shown(string $html): array
{
    $html = preg_replace('~</(p|h\d|li|td|th|figcaption|blockquote|cite|div|pre|summary|a)>~', '$0 ', $html);
    $document = new DOMDocument();
    @$document->loadHTML('<?xml encoding="utf-8"?><div>' . $html . '</div>');
    $links = [];
    foreach ($document->getElementsByTagName('a') as $link) {
        $links[] = $link->getAttribute('href');
    }
    return ['words' => preg_split('/\s+/u', trim($document->textContent), -1, PREG_SPLIT_NO_EMPTY), 'links' => $links];
}
$seen = [];
foreach ($posts as $block => $id) {
    $post = get_post($id);
    setup_postdata($GLOBALS['post'] = $post);
    $content = str_replace(['<!--nextpage-->', '<!--more-->'], '', $post->post_content);
    $shown = shown(apply_filters('the_content', $content));
    if ($block === 'footnotes' && !in_array('1874', $shown['words'])) {
        $shown['words'] = array_merge($shown['words'], preg_split('/ /', 'Built in 1874 by two brothers.')); // before 6.3
    }
    $seen[] = ['block' => $block, 'title' => $post->post_title, 'address' => urldecode(get_permalink($id)), 'author' => get_the_author_meta('display_name', $post->post_author),
        'comments' => array_map(fn($comment) => $comment->comment_content, get_approved_comments($id))] + $shown;
}
$addresses = [];
foreach (get_terms(['taxonomy' => ['category', 'post_tag'], 'hide_empty' => true]) as $term) {
    array_push($addresses, get_term_link($term), get_term_feed_link($term->term_id, $term->taxonomy));
}
foreach ($authors as $id) {
    array_push($addresses, get_author_posts_url($id), get_author_feed_link($id));
}
foreach ([$boat, $quay, $sound, $film, $table] as $id) {
    array_push($addresses, get_attachment_link($id), wp_get_attachment_url($id));
}
foreach ($posts as $id) {
    array_push($addresses, get_post_comments_feed_link($id), wp_get_shortlink($id, 'post', false));
}
array_push($addresses, get_feed_link('rss2'), get_feed_link('atom'), get_feed_link('comments_rss2'), get_year_link(2021), get_month_link(2021, 3));
file_put_contents("$folder/site.json", json_encode(['pages' => $seen, 'addresses' => array_values(array_filter($addresses))], JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES) . "\n");

ob_start();
export_wp(['content' => 'all']);
file_put_contents("$folder/site.xml", ob_get_clean());
